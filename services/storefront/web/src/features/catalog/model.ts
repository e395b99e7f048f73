import type { Category, Product, Variant } from './api';

/** The variant of a product that the address names, else the first that can be bought. */
export function chosenVariant(product: Product, sku: string | undefined): Variant | undefined {
  return (
    product.variants.find((variant) => variant.sku === sku) ??
    product.variants.find((variant) => variant.stock !== 'out') ??
    product.variants[0]
  );
}

/**
 * The variant after choosing one value of an option: the one that keeps the other options, or else
 * the first that has the value at all.
 */
export function withOption(
  product: Product,
  current: Variant,
  name: string,
  value: string,
): Variant | undefined {
  const wanted = { ...current.options, [name]: value };
  const having = product.variants.filter((variant) => variant.options[name] === value);
  return (
    having.find((variant) =>
      Object.entries(wanted).every(([key, each]) => variant.options[key] === each),
    ) ?? having[0]
  );
}

/** "Green, large": how a variant is called beside its product. */
export function variantName(options: Record<string, string>): string {
  return Object.values(options).join(', ');
}

/** The parent's path; null at the top. */
function parentOf(path: string): string | null {
  const cut = path.lastIndexOf('/');
  return cut < 0 ? null : path.slice(0, cut);
}

export function topLevel(categories: readonly Category[]): Category[] {
  return categories.filter((category) => parentOf(category.path) === null);
}

export function childrenOf(categories: readonly Category[], path: string): Category[] {
  return categories.filter((category) => parentOf(category.path) === path);
}

/** The categories from the top down to `path`, as far as they are known. */
export function trail(categories: readonly Category[], path: string): Category[] {
  const steps: Category[] = [];
  for (let at: string | null = path; at !== null; at = parentOf(at)) {
    const found = categories.find((category) => category.path === at);
    if (found) steps.unshift(found);
  }
  return steps;
}
