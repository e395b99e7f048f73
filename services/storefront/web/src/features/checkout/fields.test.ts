import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cardSchema, contactSchema, grouped, passesLuhn, withSlash } from './fields';
import { TEST_CARDS } from './test-cards';

const CONTACT = {
  email: 'ada@example.org',
  country: 'IE',
  name: 'Ada Lovelace',
  line1: '1 Analytical Row',
  line2: '',
  postcode: 'D01 AB12',
  city: 'Dublin',
  phone: '',
};
const CARD = { number: '9999 0000 1000 0002', expiry: '12/30', cvc: '123', holder: 'Ada' };

function cardErrors(more: Partial<typeof CARD>) {
  const result = cardSchema.safeParse({ ...CARD, ...more });
  return result.success ? [] : result.error.issues.map(({ path, message }) => [path[0], message]);
}

beforeEach(() => vi.useFakeTimers({ now: new Date(2026, 10, 23) }));
afterEach(() => vi.useRealTimers());

describe('a contact', () => {
  it('is taken trimmed', () => {
    const typed = { ...CONTACT, city: '  Dublin ' };
    expect(contactSchema.parse(typed).city).toBe('Dublin');
  });

  it.each(['email', 'country', 'name', 'line1', 'postcode', 'city'] as const)(
    'needs %s',
    (field) => {
      expect(contactSchema.safeParse({ ...CONTACT, [field]: '  ' }).success).toBe(false);
    },
  );

  it.each([
    ['email', 'ada'],
    ['email', 'ada@'],
    ['name', 'x'.repeat(101)],
    ['line1', 'x'.repeat(121)],
    ['line2', 'x'.repeat(121)],
    ['postcode', 'x'.repeat(17)],
    ['city', 'x'.repeat(81)],
    ['phone', '1'.repeat(25)],
    ['phone', 'call me'],
  ] as const)('refuses %s %s', (field, value) => {
    const result = contactSchema.safeParse({ ...CONTACT, [field]: value });
    expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
  });
});

describe('a card', () => {
  it.each(TEST_CARDS)('of the simulated bank is taken: $number', ({ number }) => {
    expect(passesLuhn(number)).toBe(true);
    expect(cardErrors({ number: grouped(number) })).toEqual([]);
    expect(cardSchema.parse({ ...CARD, number: grouped(number) }).number).toBe(number);
  });

  it('that could be a real one is refused before anything else is looked at', () => {
    expect(cardErrors({ number: '4242 4242 4242 4242' })).toEqual([
      ['number', 'Only test cards are taken: the number starts with 9999.'],
    ]);
  });

  it('with one wrong digit is noticed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TEST_CARDS),
        fc.integer({ min: 4, max: 15 }),
        fc.integer({ min: 1, max: 9 }),
        ({ number }, at, by) => {
          const digits = [...number];
          digits[at] = String((Number(digits[at]) + by) % 10);
          expect(passesLuhn(digits.join(''))).toBe(false);
        },
      ),
    );
  });

  it.each([
    ['13/30', 'Give month and year as on the card, such as 04/30.'],
    ['1/30', 'Give month and year as on the card, such as 04/30.'],
    ['10/26', 'This card has expired.'],
    ['12/25', 'This card has expired.'],
  ])('valid until %s is refused', (expiry, message) => {
    expect(cardErrors({ expiry })).toEqual([['expiry', message]]);
  });

  it('is good until the end of its month', () => {
    expect(cardErrors({ expiry: '11/26' })).toEqual([]);
  });

  it('needs a code of three or four digits and a name', () => {
    expect(cardErrors({ cvc: '12', holder: ' ' }).map(([field]) => field)).toEqual([
      'cvc',
      'holder',
    ]);
  });
});

describe('what is typed', () => {
  it('comes in groups of four digits, 16 at most, typed or pasted', () => {
    fc.assert(
      fc.property(fc.string(), (typed) => {
        const shown = grouped(typed);
        expect(shown).toMatch(/^(\d{4} ){0,3}\d{0,4}$/);
        expect(grouped(shown)).toBe(shown);
        expect(shown.replaceAll(' ', '')).toBe(typed.replace(/\D/g, '').slice(0, 16));
      }),
    );
  });

  it('gets its slash', () => {
    expect(['1', '12', '123', '1230', '12/3', '12/30/'].map(withSlash)).toEqual([
      ...['1', '12', '12/3', '12/30', '12/3', '12/30'],
    ]);
  });
});
