import type { Shop } from '../fixtures/shop';
import { expect, test } from '../fixtures/test';

// 402: the card was declined. 504: the bank has not answered yet.
test.use({ expectedStates: [402, 504] });

async function expectOneOrder(shop: Shop, number: string): Promise<void> {
  const order = await shop.order(number);
  expect(order.payment_status).toMatch(/authorized|captured/);
  const { items } = await shop.orders();
  expect(items.map((each) => each.number)).toEqual([number]);
}

test('after declined cards a good one pays for the same order', async ({ page, shop }) => {
  await shop.toPaymentOf(3);
  await shop.toReview('declined');
  const before = await shop.receipt();
  await shop.payButton.click();
  await expect(page.getByText('The card was declined: the bank refused it.')).toBeVisible();
  await expect(page.getByText('You can try 2 more times.')).toBeVisible();
  await expect(shop.heading('How do you pay?')).toBeVisible();
  await expect(page.getByLabel('Card number')).toHaveValue('9999 0000 2000 0000');
  await expect(page.getByLabel('Name on the card')).toHaveValue('Ada Lovelace');

  await shop.toReview('funds');
  await shop.payButton.click();
  await expect(page.getByText('there is not enough money on the account')).toBeVisible();
  await expect(page.getByText('You can try 1 more time.')).toBeVisible();

  await shop.toReview('approves');
  expect(await shop.receipt()).toEqual(before);
  await shop.payButton.click();
  await expectOneOrder(shop, await shop.placed());
});

test('three declined cards end the checkout, and the basket can be tried again', async ({
  page,
  shop,
}) => {
  await shop.toPaymentOf(5);
  for (let card = 1; card <= 3; card += 1) {
    await shop.toReview('declined');
    await shop.payButton.click();
    if (card < 3) await expect(shop.heading('How do you pay?')).toBeVisible();
  }
  await expect(shop.heading('The card was declined too often')).toBeVisible();

  await page.getByRole('button', { name: 'Start again' }).click();
  await expect(shop.heading('How do you pay?')).toBeVisible();
  await shop.toReview('approves');
  await shop.payButton.click();
  const number = await shop.placed();
  const { items } = await shop.orders();
  const placed = items.filter((each) => each.state === 'placed');
  expect(placed.map((each) => each.number)).toEqual([number]);
});

test('a bank that does not answer in time is asked until it does', async ({ shop }) => {
  await shop.toPaymentOf(6);
  await shop.toReview('timeout');
  await shop.payButton.click();
  await expectOneOrder(shop, await shop.placed());
});

test('the bank asks: who passes has bought, who does not can take another card', async ({
  page,
  shop,
}) => {
  await shop.toPaymentOf(8);
  await shop.toReview('challenge');
  await shop.payButton.click();
  const question = page.getByRole('heading', { name: 'Your bank asks: is it you?' });
  await expect(question).toBeFocused();
  await page.reload();
  await expect(question).toBeVisible();
  await page.getByRole('button', { name: 'No, it is not me' }).click();
  await expect(page.getByText('the bank was told that it is not you')).toBeVisible();
  await expect(shop.heading('How do you pay?')).toBeVisible();

  await shop.toReview('challenge');
  await shop.payButton.click();
  await page.getByRole('button', { name: 'Yes, it is me' }).click();
  await expectOneOrder(shop, await shop.placed());
});
