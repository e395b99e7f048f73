import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneOf, text } from './search-params';

const CHOICES = ['newest', 'title'] as const;

describe('an address', () => {
  it('never breaks the page, whatever it holds', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const read = { q: text(value), sort: oneOf(CHOICES, value) };
        expect(read.q === undefined || read.q.length <= 100).toBe(true);
        expect(read.sort === undefined || CHOICES.includes(read.sort)).toBe(true);
      }),
    );
  });

  it('says the same again when it is made from what was read', () => {
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: undefined }),
        fc.constantFrom(...CHOICES, undefined),
        (q, sort) => {
          const once = { q: text(q), sort: oneOf(CHOICES, sort) };
          expect({ q: text(once.q), sort: oneOf(CHOICES, once.sort) }).toEqual(once);
        },
      ),
    );
  });

  it('takes numbers as text and nonsense as absent', () => {
    expect(text(42)).toBe('42');
    expect(oneOf(CHOICES, 'dearest')).toBeUndefined();
    expect(text('  ')).toBeUndefined();
  });
});
