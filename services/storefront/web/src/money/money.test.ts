import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, exponent, parts, same, show } from './money';

const currencies = fc.constantFrom('EUR', 'USD', 'GBP', 'JPY', 'KWD', 'CLF');
const minors = fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n });

/** Reads minor units back from a decimal string. */
function parse(text: string): bigint {
  return BigInt(text.replace('.', ''));
}

describe('decimal', () => {
  it('is undone by reading the digits back, for every exponent and size', () => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        expect(parse(decimal(minor, currency))).toBe(minor);
      }),
    );
  });

  it('has as many digits after the point as the currency has', () => {
    fc.assert(
      fc.property(minors, currencies, (minor, currency) => {
        const [, fraction = ''] = decimal(minor, currency).split('.');
        expect(fraction).toHaveLength(exponent(currency));
      }),
    );
  });

  it.each([
    [0, 'EUR', '0.00'],
    [5, 'EUR', '0.05'],
    [-5, 'EUR', '-0.05'],
    [12345, 'EUR', '123.45'],
    [12345, 'JPY', '12345'],
    [12345, 'KWD', '12.345'],
  ] as const)('%d %s is %s', (minor, currency, text) => {
    expect(decimal(minor, currency)).toBe(text);
  });
});

describe('show', () => {
  it('keeps every digit beyond 2^53', () => {
    const digits = show({ minor: Number.MAX_SAFE_INTEGER, currency: 'EUR' }).replace(/\D/g, '');
    expect(digits).toBe(String(Number.MAX_SAFE_INTEGER));
  });

  it.each([
    [16500, 'EUR', '€165.00'],
    [37500, 'EUR', '€375.00'],
    [1999, 'USD', 'US$19.99'],
    [-649, 'EUR', '-€6.49'],
  ])('%d %s reads %s', (minor, currency, text) => {
    expect(show({ minor, currency })).toBe(text);
  });
});

describe('parts', () => {
  it('splits what show joins', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), currencies, (minor, currency) => {
        const { major, minor: small } = parts({ minor, currency });
        expect((major + small).replace(/\D/g, '')).toBe(
          show({ minor, currency }).replace(/\D/g, ''),
        );
      }),
    );
  });

  it('gives a tag its four pieces', () => {
    expect(parts({ minor: 123456, currency: 'EUR' })).toEqual({
      before: '€',
      major: '1,234',
      minor: '56',
      after: '',
    });
    expect(parts({ minor: 500, currency: 'JPY' }).minor).toBe('');
  });
});

describe('same', () => {
  it('needs both amount and currency', () => {
    expect(same({ minor: 1, currency: 'EUR' }, { minor: 1, currency: 'EUR' })).toBe(true);
    expect(same({ minor: 1, currency: 'EUR' }, { minor: 1, currency: 'USD' })).toBe(false);
    expect(same({ minor: 1, currency: 'EUR' }, { minor: 2, currency: 'EUR' })).toBe(false);
  });
});
