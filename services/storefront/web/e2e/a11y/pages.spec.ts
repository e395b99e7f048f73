import { expect, test } from '../fixtures/test';
import { inspect, SIZES, THEMES } from './inspect';

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
