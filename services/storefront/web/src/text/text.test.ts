import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { showDayRange, t } from '.';
import { t as buying } from './buying';
import { cart } from './en/cart';
import { catalog } from './en/catalog';
import { checkout } from './en/checkout';
import { orders } from './en/orders';
import { shell } from './en/shell';
import { translator } from './translator';

describe('a message', () => {
  it('has its places filled', () => {
    expect(t('search.heading', { query: 'mug' })).toBe('Results for “mug”');
    expect(buying('checkout.review.pay', { amount: '€64.92' })).toBe('Pay €64.92');
  });

  it('counts in words', () => {
    expect(t('list.count', { count: 1 })).toBe('1 product');
    expect(t('list.count', { count: 1234 })).toBe('1,234 products');
  });

  it('keeps text that looks like a place', () => {
    const say = translator({ quote: 'You said {words}' });
    expect(say('quote', { words: '{words}' })).toBe('You said {words}');
  });
});

describe('every message', () => {
  const sources = readdirSync(join(import.meta.dirname, '..'), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|text\/en/.test(file))
    .map((file) => readFileSync(join(import.meta.dirname, '..', file), 'utf8'))
    .join('\n');

  /** Whether the key stands in the sources, also as the beginning of a template such as `a.b.${c}`. */
  function isSaid(key: string): boolean {
    if (sources.includes(`'${key}'`)) return true;
    const parts = key.split('.');
    return parts.some((_, at) => {
      const pattern = [...parts.slice(0, at), '\\$\\{[^}]+\\}', ...parts.slice(at + 1)];
      return new RegExp(`\`${pattern.join('\\.')}\``).test(sources);
    });
  }

  it.each(Object.keys({ ...shell, ...catalog, ...cart, ...checkout, ...orders }))(
    '%s is said somewhere',
    (key) => expect(isSaid(key)).toBe(true),
  );
});

describe('a range of days', () => {
  it('counts from today', () => {
    const text = showDayRange(new Date(2026, 2, 2, 23, 59), 1, 3);
    expect(text).toContain('3');
    expect(text).toContain('5 Mar');
  });
});
