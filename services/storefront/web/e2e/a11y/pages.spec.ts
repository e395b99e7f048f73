import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures/test';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const THEMES = ['light', 'dark'] as const;
const SIZES = [
  { width: 320, height: 640 },
  { width: 1280, height: 800 },
];

/** Looks at a page that stands still: no violation, no sideways scrolling, and a picture of it. */
async function inspect(page: Page, name: string, variant: string): Promise<void> {
  await page.waitForFunction(async () => {
    await document.fonts.ready;
    // Inside a closed `details` nothing moves, and no animation ever ends.
    const seen = document.getAnimations().filter(({ effect }) => {
      return effect instanceof KeyframeEffect && effect.target?.checkVisibility();
    });
    await Promise.all(seen.map((animation) => animation.finished));
    return document.querySelector('.skeleton') === null;
  });
  await page.screenshot({
    path: `test-results/screenshots/${name}-${variant}.png`,
    fullPage: (await page.locator('dialog:modal').count()) === 0,
  });
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join()}`,
  );
  expect.soft(found, `${name} ${variant}`).toEqual([]);
  const [needed, given] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect.soft(needed, `${name} ${variant} scrolls sideways`).toBeLessThanOrEqual(given ?? 0);
}

// The address of a page that does not exist is answered with 404.
test.use({ expectedStates: [402, 404] });

for (const theme of THEMES) {
  for (const viewport of SIZES) {
    const variant = `${theme}-${viewport.width}`;
    test.describe(variant, () => {
      test.use({ viewport, colorScheme: theme });

      test('pages of the catalogue', async ({ page, shop }) => {
        await page.goto('/');
        await expect(page.getByRole('list', { name: 'Small change' })).toBeVisible();
        await inspect(page, 'home', variant);

        const product = await shop.product(0);
        await page.goto(`/c/${product.category.path}`);
        await expect(page.getByRole('article').first()).toBeVisible();
        await inspect(page, 'category', variant);

        await page.goto(`/search?q=${encodeURIComponent(product.title)}`);
        await expect(page.getByRole('article').first()).toBeVisible();
        await inspect(page, 'search', variant);

        await page.goto('/search?q=zzzzzz');
        await expect(page.getByRole('heading', { name: 'Nothing found' })).toBeVisible();
        await inspect(page, 'search-empty', variant);

        await shop.openProduct(product);
        await inspect(page, 'product', variant);

        await page.getByRole('button', { name: 'Enlarge the picture' }).click();
        await expect(page.getByRole('dialog')).toBeVisible();
        await inspect(page, 'product-zoom', variant);

        await page.goto('/p/no-such-product');
        await expect(shop.heading('This product has left the market')).toBeVisible();
        await inspect(page, 'product-missing', variant);

        await page.goto('/nowhere');
        await expect(shop.heading('There is no such stall')).toBeVisible();
        await inspect(page, 'not-found', variant);
      });

      test('pages of a purchase', async ({ page, shop }) => {
        await page.goto('/cart');
        await expect(page.getByRole('heading', { name: 'Your basket is empty' })).toBeVisible();
        await inspect(page, 'basket-empty', variant);

        await shop.openProduct(await shop.product(4));
        await shop.add();
        await inspect(page, 'basket-sheet', variant);
        await shop.closeSheet();

        await shop.openBasket();
        await inspect(page, 'basket', variant);

        await shop.startCheckout();
        await page.getByRole('button', { name: 'On to delivery' }).click();
        await expect(page.getByText('6 things need your attention')).toBeVisible();
        await inspect(page, 'contact-errors', variant);
        await shop.fillContact();
        await inspect(page, 'contact', variant);

        await shop.toDelivery();
        await inspect(page, 'delivery', variant);
        await shop.toPayment();
        await inspect(page, 'payment', variant);

        await shop.toReview('declined');
        await shop.payButton.click();
        await expect(page.getByText('The card was declined')).toBeVisible();
        await inspect(page, 'payment-declined', variant);

        await shop.toReview('challenge');
        await inspect(page, 'review', variant);
        await shop.payButton.click();
        await expect(page.getByText('Your bank asks')).toBeVisible();
        await inspect(page, 'bank-question', variant);
        await page.getByRole('button', { name: 'Yes, it is me' }).click();
        await shop.placed();
        await inspect(page, 'done', variant);
        await page.getByRole('link', { name: 'Follow the order' }).click();
        await expect(page.getByRole('heading', { name: 'What happened' })).toBeVisible();
        await inspect(page, 'order', variant);
      });
    });
  }
}
