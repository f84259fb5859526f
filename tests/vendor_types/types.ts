// The request type of each dialect, as its vendor publishes it.
import type { MessageCreateParams } from '@anthropic-ai/sdk/resources/messages/messages';
import type { Content, GenerationConfig, SafetySetting, Tool, ToolConfig } from '@google/genai';
import type { ChatRequest } from 'ollama';
import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions/completions';
import type { ResponseCreateParams } from 'openai/resources/responses/responses';

// Google's client has enumerations where the wire has their texts.
type OnTheWire<T> = unknown extends T ? T
  : T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : { [K in keyof T]: OnTheWire<T[K]> };

// Google's client builds the body from flat parameters and has no type for the whole, only for its members
// (https://ai.google.dev/api/generate-content).
interface GenerateContentRequest {
  contents: Content[];
  systemInstruction?: Content;
  tools?: Tool[];
  toolConfig?: ToolConfig;
  safetySettings?: SafetySetting[];
  generationConfig?: GenerationConfig;
  cachedContent?: string;
}

export type Responses = ResponseCreateParams;
export type Chat = ChatCompletionCreateParams;
export type Anthropic = MessageCreateParams;
export type Gemini = OnTheWire<GenerateContentRequest>;
export type Ollama = ChatRequest;
