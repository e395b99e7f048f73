import { expect, test } from '../fixtures/test';
import { inspect, SIZES, THEMES } from './inspect';

// 409: the code was stopped before the payment. 422: no such code.
test.use({ expectedStates: [409, 422] });

for (const theme of THEMES) {
  for (const viewport of SIZES) {
    const variant = `${theme}-${viewport.width}`;
    test.describe(variant, () => {
      test.use({ viewport, colorScheme: theme });

      test('discount codes and a cancelled order', async ({ page, shop, market }) => {
        await page.goto('/');
        await shop.openProduct(await shop.product(12));
        await shop.add();
        await shop.closeSheet();
        await shop.openBasket();
        await shop.enterCode('NOSUCHCODE');
        await expect(page.getByText('There is no discount code NOSUCHCODE')).toBeVisible();
        await inspect(page, 'code-refused', variant);

        const effect = { kind: 'percent', basis_points: 1_000 } as const;
        const code = await market.createCode({ title: '10 % off everything', effect });
        await shop.enterCode(code.toLowerCase());
        await expect(page.locator('main').getByText(`${code} counts`)).toBeVisible();
        await inspect(page, 'code-applied', variant);

        await shop.startCheckout();
        await shop.fillContact();
        await shop.toDelivery();
        await shop.toPayment();
        await market.stopCode(code);
        await page.getByRole('button', { name: '9999 0000 1000 0002' }).click();
        await page.getByRole('button', { name: 'On to the review' }).click();
        await expect(page.getByRole('heading', { name: /no longer counts/ })).toBeFocused();
        await inspect(page, 'payment-code-refused', variant);

        await shop.openBasket();
        await expect(page.locator('main').getByText(`${code} does not count now`)).toBeVisible();
        await inspect(page, 'code-idle', variant);
        await page.getByRole('button', { name: 'Checkout' }).click();
        await expect(shop.heading('How do you pay?')).toBeVisible();
        await shop.toReview('approves');
        await shop.payButton.click();
        await shop.placed();

        await page.getByRole('link', { name: 'Follow the order' }).click();
        await expect(page.getByText('Live', { exact: true })).toBeVisible();
        await inspect(page, 'order-live', variant);
        await page.getByRole('button', { name: 'Cancel the order' }).click();
        const dialog = page.getByRole('dialog');
        await expect(dialog).toBeVisible();
        await inspect(page, 'order-cancel', variant);
        await dialog.getByRole('button', { name: 'Cancel the order' }).click();
        await expect(shop.timeline.getByText('You cancelled it.')).toBeVisible();
        await inspect(page, 'order-cancelled', variant);
      });

      test('an order that is sent back', async ({ page, shop, market }) => {
        const number = await shop.follow(13);
        await market.fulfil(number);
        await page.getByRole('button', { name: 'Send something back' }).click();
        const dialog = page.getByRole('dialog');
        await dialog.getByRole('button', { name: 'Ask to return' }).click();
        await expect(dialog.getByText('Say why in a few words.')).toBeVisible();
        await inspect(page, 'order-return', variant);
        await dialog.getByRole('textbox', { name: 'Why' }).fill('Not my colour');
        await dialog.getByRole('button', { name: 'Ask to return' }).click();
        await expect(shop.timeline.getByText('Return asked for')).toBeVisible();
        await inspect(page, 'order-returned', variant);
      });
    });
  }
}
