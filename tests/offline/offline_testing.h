// Requests to the offline model, and the texts they are about.
#pragma once

#include <memory>
#include <string>

#include "model/offline.h"

namespace ninefold {

inline ModelRequest AskAbout(std::string question, std::string text, std::string instructions = "",
                             std::string name = "doc.txt") {
  Message message = UserMessage(std::move(question));
  if (!name.empty()) message.parts.push_back(File{std::move(name), "text/plain", std::move(text)});
  ModelRequest request;
  request.conversation = request.conversation.With(std::move(message));
  request.instructions = std::make_shared<std::string>(std::move(instructions));
  return request;
}

inline ModelRequest Ask(std::string question) { return AskAbout(std::move(question), "", "", ""); }

inline std::string Say(const ModelRequest& request) { return TextOf(AnswerOffline(request).message); }

inline constexpr char kContract[] = R"(RENTAL AGREEMENT

1. Parties

The landlord is Maria Keller. The tenant is Jonas Brandt.

2. Rent

The monthly rent is 940 euros, payable by the third working day of each
month. A deposit of 1,880 euros is due before the keys are handed over.

3. Termination

The tenant may terminate this agreement with three months' written notice.
The landlord may terminate without notice if rent for two months is unpaid.

4. Repairs

The landlord pays for repairs of the heating. Small repairs up to 80 euros
are paid by the tenant, unless the damage existed before the keys were
handed over.

5. Pets

Cats are allowed. Dogs require the written consent of the landlord.
)";

inline constexpr char kRecipe[] = R"(# Rye bread

## Ingredients

- 500 g rye flour
- 12 g salt
- 380 ml warm water
- 150 g sourdough starter

## Method

1. Dissolve the starter in the warm water.
2. Stir in the flour and the salt.
3. Let the dough rest for 90 minutes under a damp cloth.
4. Bake at 230 degrees for 45 minutes.
5. Cool the loaf on a rack before slicing.
)";

inline constexpr char kProtocol[] = R"(DNA extraction, version 4

Wear gloves at all times. Phenol burns the skin; work under the fume hood.

Lyse the cells in 400 ul buffer A at 56 degrees overnight. Add one volume of
phenol and shake gently for ten minutes. Centrifuge at 12000 g for 15 minutes
at 4 degrees. Move the upper phase to a fresh tube.

Precipitate the DNA with two volumes of cold ethanol. Store pellets at -20
degrees for up to six months.
)";

inline constexpr char kMinutes[] = R"(Minutes of the board meeting

Date: 14 March 2025
Present: Ada Novak, Li Wei, Tom Osei
Excused: Petra Lang

Budget: The board approved 48,000 euros for the new press by 3 votes to 0.
The website relaunch was postponed until September because the designer resigned.
Li Wei will obtain three offers for the roof before 2 May.
Next meeting: 11 April 2025, room B12
)";

inline constexpr char kGerman[] =
    "Mietvertrag\n\nDie K\xC3\xBCndigungsfrist betr\xC3\xA4gt drei Monate. Haustiere sind nur mit Zustimmung "
    "erlaubt.\n"
    "Die Kaution betr\xC3\xA4gt 1.200 Euro und ist bis zum 3. Mai 2024 zu zahlen.\n";

inline constexpr char kGreek[] =
    "\xCE\x97 \xCE\xAC\xCE\xB4\xCE\xB5\xCE\xB9\xCE\xB1 \xCE\xB9\xCF\x83\xCF\x87\xCF\x8D\xCE\xB5\xCE\xB9 "
    "\xCE\xB3\xCE\xB9\xCE\xB1 30 "
    "\xCE\xB7\xCE\xBC\xCE\xAD\xCF\x81\xCE\xB5\xCF\x82. \xCE\x9F \xCE\xBA\xCE\xAE\xCF\x80\xCE\xBF\xCF\x82 "
    "\xCE\xB5\xCE\xAF\xCE\xBD\xCE\xB1\xCE\xB9 "
    "\xCF\x80\xCF\x81\xCE\xAC\xCF\x83\xCE\xB9\xCE\xBD\xCE\xBF\xCF\x82.\n";

}  // namespace ninefold
