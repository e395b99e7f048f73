/**
 * What is being typed, by basket and form, so that going back and forth between the steps loses
 * nothing, also when a change makes a successor of the checkout. Memory only: neither an address nor a card is ever stored.
 */
const drafts = new Map<string, unknown>();

export function draft<Form>(basketId: string, form: string): Partial<Form> {
  return (drafts.get(`${basketId}/${form}`) ?? {}) as Partial<Form>;
}

export function keepDraft<Form>(basketId: string, form: string, values: Form): void {
  drafts.set(`${basketId}/${form}`, values);
}
