/** A message: a sentence with `{name}` places, or two forms chosen by `count`. */
type Message = string | { readonly one: string; readonly other: string };

type Places<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Places<Rest>
  : never;
type Form<M> = M extends string
  ? M
  : M extends { one: infer One extends string; other: infer Other extends string }
    ? One | Other
    : never;
type Names<M> = Places<Form<M>> | (M extends { other: string } ? 'count' : never);
type Params<M> = { [Name in Names<M>]: Name extends 'count' ? number : string | number };
type Arguments<M> = [Names<M>] extends [never] ? [] : [params: Params<M>];

const LOCALE = 'en';
const plural = new Intl.PluralRules(LOCALE);
const number = new Intl.NumberFormat(LOCALE);

/**
 * The text function of a set of messages. The compiler checks each key and the names of its places.
 * Each part of the shop has its own set, so that a page carries only the words it may say.
 */
export function translator<const Messages extends Record<string, Message>>(messages: Messages) {
  return <Key extends keyof Messages>(key: Key, ...[params]: Arguments<Messages[Key]>): string => {
    const message: Message = messages[key] as Message;
    const values: Record<string, string | number> = params ?? {};
    const text =
      typeof message === 'string'
        ? message
        : message[plural.select(Number(values.count)) === 'one' ? 'one' : 'other'];
    return text.replace(/\{(\w+)\}/g, (_, name: string) => {
      const value = values[name] ?? '';
      return typeof value === 'number' ? number.format(value) : value;
    });
  };
}
