import { printed } from '../fixtures/money';
import { expect, test } from '../fixtures/test';

test('who chooses express sees its price in the total, pays it and gets it', async ({
  page,
  shop,
}) => {
  await page.goto('/');
  await shop.openProduct(await shop.product(0));
  await shop.add();
  await shop.closeSheet();
  await shop.openBasket();
  await shop.startCheckout();
  await shop.fillContact();
  await shop.toDelivery();

  // The cheapest is chosen already, and each says what it costs and when it comes.
  await expect(page.getByRole('radio', { name: 'Standard' })).toBeChecked();
  await expect(page.getByRole('radio', { name: /Express.*–.*€12\.90/ })).toBeVisible();
  expect((await shop.receipt()).Delivery).toBe('at the delivery step');
  await shop.toPayment();
  const standard = await shop.receipt();

  await page.getByRole('link', { name: 'Delivery' }).click();
  await page.getByRole('radio', { name: 'Express' }).check();
  await shop.toPayment();
  const express = await shop.receipt();
  expect(express.Delivery).toBe('€12.90');
  expect(express.Total).not.toBe(standard.Total);
  expect(express.Items).toBe(standard.Items);

  await shop.toReview('approves');
  await expect(page.getByRole('definition').filter({ hasText: 'Express' })).toBeVisible();
  expect(await shop.receipt()).toEqual(express);
  await expect(shop.payButton).toHaveText(`Pay ${express.Total}`);
  await shop.payButton.click();
  const order = await shop.order(await shop.placed());
  expect(order.rate).toBe('express');
  expect(await shop.receipt()).toEqual(express);
  expect(express.Total).toBe(printed(order.totals.grand));
});
