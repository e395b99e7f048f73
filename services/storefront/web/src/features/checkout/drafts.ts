/**
 * What is being typed, by checkout and form, so that going back and forth between the steps loses
 * nothing. Memory only: neither an address nor a card is ever stored.
 */
const drafts = new Map<string, unknown>();

export function draft<Form>(checkoutId: string, form: string): Partial<Form> {
  return (drafts.get(`${checkoutId}/${form}`) ?? {}) as Partial<Form>;
}

export function keepDraft<Form>(checkoutId: string, form: string, values: Form): void {
  drafts.set(`${checkoutId}/${form}`, values);
}
