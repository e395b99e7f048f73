import { expect, test } from '../fixtures/test';

test.use({ expectedStates: [402] });

test('after a declined card a good one pays for the same order', async ({ page, shop }) => {
  await page.goto('/');
  await shop.openProduct(await shop.product(3));
  await shop.add();
  await shop.closeSheet();
  await shop.openBasket();
  await shop.startCheckout();
  await shop.fillContact();
  await shop.toDelivery();
  await shop.toPayment();
  await shop.toReview('declined');
  const before = await shop.receipt();

  await shop.payButton.click();
  await expect(page.getByText('The card was declined: the bank refused it.')).toBeVisible();
  await expect(shop.heading('How do you pay?')).toBeVisible();
  await expect(page.getByLabel('Card number')).toHaveValue('9999 0000 2000 0000');
  await expect(page.getByLabel('Name on the card')).toHaveValue('Ada Lovelace');

  await shop.toReview('approves');
  expect(await shop.receipt()).toEqual(before);
  await shop.payButton.click();
  const number = await shop.placed();

  const order = await shop.order(number);
  expect(order.payment_status).toMatch(/authorized|captured/);
  const { items } = await shop.orders();
  expect(items.map((each) => each.number)).toEqual([number]);
});
