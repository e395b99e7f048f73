import * as z from 'zod/mini';
import { limits } from '~/api';
import { t } from '~/text/buying';

/** Longest e-mail address (RFC 5321, 4.5.3.1.3). */
const EMAIL_LENGTH = 254;
const { Address } = limits;

function atMost(max: number) {
  return z.maxLength(max, t('error.long', { max }));
}

/** A text that must be there, within what the server takes. */
function text(max: number, missing: string = t('error.required')) {
  return z.string().check(z.trim(), z.minLength(1, missing), atMost(max));
}

function optionalText(max: number) {
  return z.string().check(z.trim(), atMost(max));
}

export const contactSchema = z.object({
  email: z
    .string()
    .check(
      z.trim(),
      z.minLength(1, { error: t('error.email'), abort: true }),
      atMost(EMAIL_LENGTH),
      z.email(t('error.email')),
    ),
  country: text(2, t('error.country')),
  name: text(Address.name.maxLength),
  line1: text(Address.line1.maxLength),
  line2: optionalText(Address.line2.maxLength),
  postcode: text(Address.postcode.maxLength),
  city: text(Address.city.maxLength),
  phone: z
    .string()
    .check(z.trim(), atMost(Address.phone.maxLength), z.regex(/^[\d +\-/().]*$/, t('error.phone'))),
});
export type ContactForm = z.infer<typeof contactSchema>;

/** Whether the last digit checks the others (ISO/IEC 7812-1, annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of [...digits].reverse().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** The last month in which a card can be used, as "MM/YY". */
function isPast(expiry: string, now: Date): boolean {
  const month = Number(expiry.slice(0, 2));
  const year = 2000 + Number(expiry.slice(3));
  return year < now.getFullYear() || (year === now.getFullYear() && month < now.getMonth() + 1);
}

export const cardSchema = z.object({
  number: z.string().check(
    z.overwrite((value) => value.replace(/[\s-]/g, '')),
    z.refine((value) => /^9999\d*$/.test(value), { error: t('error.card.range'), abort: true }),
    z.refine((value) => value.length === 16 && passesLuhn(value), t('error.card.number')),
  ),
  expiry: z.string().check(
    z.trim(),
    z.refine((value) => /^(0[1-9]|1[0-2])\/\d\d$/.test(value), {
      error: t('error.card.expiry'),
      abort: true,
    }),
    z.refine((value) => !isPast(value, new Date()), t('error.card.expired')),
  ),
  cvc: z.string().check(z.trim(), z.regex(/^\d{3,4}$/, t('error.card.cvc'))),
  holder: text(80),
});
export type CardForm = z.infer<typeof cardSchema>;

/** "9999 0000 1000 0002": digits in fours, as on the card. */
export function grouped(number: string): string {
  return number
    .replace(/\D/g, '')
    .slice(0, 16)
    .replace(/(\d{4})(?=\d)/g, '$1 ');
}

/** "0430" becomes "04/30" while it is typed. */
export function withSlash(expiry: string): string {
  const digits = expiry.replace(/\D/g, '').slice(0, 4);
  return digits.length > 2 ? `${digits.slice(0, 2)}/${digits.slice(2)}` : digits;
}
