/**
 * Money as the server sends it: integer minor units plus an ISO 4217 code. The page shows money and
 * compares it; it never adds, multiplies or rounds it.
 */
export interface Money {
  minor: number;
  currency: string;
}

const LOCALE = 'en-IE';
const formats = new Map<string, Intl.NumberFormat>();

function format(currency: string): Intl.NumberFormat {
  let cached = formats.get(currency);
  if (!cached) {
    cached = new Intl.NumberFormat(LOCALE, { style: 'currency', currency });
    formats.set(currency, cached);
  }
  return cached;
}

/** Digits after the decimal point: EUR 2, JPY 0, KWD 3. */
export function exponent(currency: string): number {
  return format(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * The amount in major units as a decimal string. Built from digits instead of by division, so that
 * it is exact for every integer.
 */
export function decimal(minor: number | bigint, currency: string): Intl.StringNumericLiteral {
  const digits = exponent(currency);
  const text = minor.toString();
  const sign = text.startsWith('-') ? '-' : '';
  const whole = text.slice(sign.length).padStart(digits + 1, '0');
  const cut = whole.length - digits;
  const fraction = digits === 0 ? '' : `.${whole.slice(cut)}`;
  return `${sign}${whole.slice(0, cut)}${fraction}` as Intl.StringNumericLiteral;
}

/** What a person reads, for example "€64.92". */
export function show(money: Money): string {
  return format(money.currency).format(decimal(money.minor, money.currency));
}

/** The pieces a shelf tag sets in different sizes. */
export interface MoneyParts {
  before: string;
  major: string;
  minor: string;
  after: string;
}

export function parts(money: Money): MoneyParts {
  const pieces: MoneyParts = { before: '', major: '', minor: '', after: '' };
  for (const { type, value } of format(money.currency).formatToParts(
    decimal(money.minor, money.currency),
  )) {
    if (type === 'integer' || type === 'group') pieces.major += value;
    else if (type === 'fraction') pieces.minor = value;
    else if (type === 'decimal') continue;
    else if (pieces.major === '') pieces.before += value.trim();
    else pieces.after += value.trim();
  }
  return pieces;
}

export function same(a: Money, b: Money): boolean {
  return a.minor === b.minor && a.currency === b.currency;
}
