import { cart } from './en/cart';
import { checkout } from './en/checkout';
import { orders } from './en/orders';
import { translator } from './translator';

const messages = { ...cart, ...checkout, ...orders } as const;

export type BuyingKey = keyof typeof messages;

/** What the shop says from the basket to the order. */
export const t = translator(messages);
