// NINEFOLD_DESCRIBE and NINEFOLD_DESCRIBE_ENUM; see schema.h, which says how they are used.
#pragma once

// Calls macro(type, element) for each element, 340 at most.
#define NINEFOLD_PARENS ()
#define NINEFOLD_EXPAND(...) \
  NINEFOLD_EXPAND4(NINEFOLD_EXPAND4(NINEFOLD_EXPAND4(NINEFOLD_EXPAND4(__VA_ARGS__))))
#define NINEFOLD_EXPAND4(...) \
  NINEFOLD_EXPAND3(NINEFOLD_EXPAND3(NINEFOLD_EXPAND3(NINEFOLD_EXPAND3(__VA_ARGS__))))
#define NINEFOLD_EXPAND3(...) \
  NINEFOLD_EXPAND2(NINEFOLD_EXPAND2(NINEFOLD_EXPAND2(NINEFOLD_EXPAND2(__VA_ARGS__))))
#define NINEFOLD_EXPAND2(...) \
  NINEFOLD_EXPAND1(NINEFOLD_EXPAND1(NINEFOLD_EXPAND1(NINEFOLD_EXPAND1(__VA_ARGS__))))
#define NINEFOLD_EXPAND1(...) __VA_ARGS__
#define NINEFOLD_EACH(macro, type, ...) \
  __VA_OPT__(NINEFOLD_EXPAND(NINEFOLD_EACH_NEXT(macro, type, __VA_ARGS__)))
#define NINEFOLD_EACH_NEXT(macro, type, element, ...) \
  macro(type, element) __VA_OPT__(NINEFOLD_EACH_AGAIN NINEFOLD_PARENS(macro, type, __VA_ARGS__))
#define NINEFOLD_EACH_AGAIN() NINEFOLD_EACH_NEXT

#define NINEFOLD_UNPACK(...) __VA_ARGS__
#define NINEFOLD_CALL(macro, ...) macro(__VA_ARGS__)

#define NINEFOLD_MEMBER(type, tuple) NINEFOLD_CALL(NINEFOLD_MEMBER_OF, type, NINEFOLD_UNPACK tuple)
#define NINEFOLD_MEMBER_OF(type, member, ...) visit(#member, &type::member, __VA_ARGS__);

#define NINEFOLD_ENUMERATOR(type, tuple) NINEFOLD_CALL(NINEFOLD_ENUMERATOR_OF, type, NINEFOLD_UNPACK tuple)
#define NINEFOLD_ENUMERATOR_OF(type, value, text) {type::value, text},

// (member, "description", constraints…) for each member that JSON shall have.
#define NINEFOLD_DESCRIBE(Type, ...)                                                            \
  inline const char* NinefoldName(::ninefold::internal::Tag<Type>) { return #Type; }            \
  template <class Visit>                                                                        \
  void NinefoldDescribe(::ninefold::internal::Tag<Type>, [[maybe_unused]] Visit& visit) {       \
    using ::ninefold::schema::Max, ::ninefold::schema::MaxItems, ::ninefold::schema::MaxLength, \
        ::ninefold::schema::MayBeAbsent, ::ninefold::schema::Min, ::ninefold::schema::MinItems, \
        ::ninefold::schema::MinLength, ::ninefold::schema::Pattern;                             \
    NINEFOLD_EACH(NINEFOLD_MEMBER, Type, __VA_ARGS__)                                           \
  }

// (enumerator, "name in JSON") for each.
#define NINEFOLD_DESCRIBE_ENUM(Type, ...)                                   \
  inline const auto& NinefoldEnumerators(::ninefold::internal::Tag<Type>) { \
    static constexpr ::ninefold::internal::Enumerator<Type> all[] = {       \
        NINEFOLD_EACH(NINEFOLD_ENUMERATOR, Type, __VA_ARGS__)};             \
    return all;                                                             \
  }
