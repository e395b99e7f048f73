import { describe, expect, it } from 'vitest';
import { product, variant } from '~/test/samples';
import type { Variant } from './api';
import { childrenOf, chosenVariant, topLevel, trail, variantName, withOption } from './model';

const [small, large, red] = product().variants as [Variant, Variant, Variant];

describe('the chosen variant', () => {
  it('is the one in the address', () => {
    expect(chosenVariant(product(), large.sku)).toEqual(large);
  });

  it('is otherwise the first that can be bought, or the first of all', () => {
    const sold = product({ variants: [red, small] });
    expect(chosenVariant(sold, undefined)).toEqual(small);
    expect(chosenVariant(sold, 'NO-SUCH-SKU')).toEqual(small);
    expect(chosenVariant(product({ variants: [red] }), undefined)).toEqual(red);
    expect(chosenVariant(product({ variants: [] }), undefined)).toBeUndefined();
  });
});

describe('choosing an option', () => {
  it('keeps the other options where such a variant exists', () => {
    expect(withOption(product(), small, 'Size', 'Large')).toEqual(large);
    expect(withOption(product(), small, 'Colour', 'Red')).toEqual(red);
  });

  it('takes the first with the value where none does', () => {
    expect(withOption(product(), large, 'Colour', 'Red')).toEqual(red);
    expect(withOption(product(), large, 'Colour', 'Blue')).toBeUndefined();
  });

  it('names a variant by its values', () => {
    expect(variantName(variant().options)).toBe('Green, Small');
  });
});

describe('categories', () => {
  const all = ['kitchen', 'kitchen/mugs', 'kitchen/mugs/tall', 'garden'].map((path) => ({
    path,
    title: path,
    product_count: 1,
  }));
  const paths = (list: { path: string }[]) => list.map(({ path }) => path);

  it('form a tree by their paths', () => {
    expect(paths(topLevel(all))).toEqual(['kitchen', 'garden']);
    expect(paths(childrenOf(all, 'kitchen'))).toEqual(['kitchen/mugs']);
    expect(paths(trail(all, 'kitchen/mugs/tall'))).toEqual([
      'kitchen',
      'kitchen/mugs',
      'kitchen/mugs/tall',
    ]);
    expect(trail([], 'kitchen')).toEqual([]);
  });
});
