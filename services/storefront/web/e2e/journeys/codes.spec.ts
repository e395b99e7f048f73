import { printed } from '../fixtures/money';
import { Shop } from '../fixtures/shop';
import { expect, test } from '../fixtures/test';

// 409: the code was used up before the payment. 422: the code cannot be used.
test.use({ expectedStates: [409, 422] });

test('a code is refused with its reason, counts, is removed, and stands on the order', async ({
  page,
  shop,
  market,
}) => {
  const effect = { kind: 'percent', basis_points: 1_000 } as const;
  const code = await market.createCode({ title: '10 % off everything', effect });
  await page.goto('/');
  await shop.openProduct(await shop.product(14));
  await shop.add();
  await shop.closeSheet();
  await shop.openBasket();
  const main = page.locator('main');
  const field = main.getByRole('textbox', { name: 'Discount code' });
  await shop.enterCode('nosuchcode');
  await expect(field).toHaveAccessibleDescription(/^There is no discount code NOSUCHCODE/);
  await expect(field).toBeFocused();
  const before = await shop.receipt();

  await shop.enterCode(code.toLowerCase());
  const remove = main.getByRole('button', { name: `Remove the code ${code}` });
  await expect(remove).toBeFocused();
  const { totals } = await shop.api<{ totals: { discount: { minor: number; currency: string } } }>(
    '/carts/current',
  );
  expect(totals.discount.minor).toBeGreaterThan(0);
  expect((await shop.receipt()).Discount).toBe(`−${printed(totals.discount)}`);
  await remove.click();
  await expect(field).toBeFocused();
  expect(await shop.receipt()).toEqual(before);
  await shop.enterCode(code);
  await expect(remove).toBeVisible();

  await shop.startCheckout();
  expect((await shop.receipt()).Code).toContain(code);
  await shop.fillContact();
  await shop.toDelivery();
  await shop.toPayment();
  await shop.toReview('approves');
  const review = await shop.receipt();
  expect(review.Discount).toBe(`−${printed(totals.discount)}`);
  await shop.payButton.click();
  const number = await shop.placed();
  expect(await shop.receipt()).toEqual(review);
  const order = await shop.order(number);
  expect(order.discount_codes?.map((each) => each.code)).toEqual([code]);
  expect(order.totals.discount).toEqual(totals.discount);
  await page.getByRole('link', { name: 'Follow the order' }).click();
  await expect(shop.heading(`Order ${number}`)).toBeFocused();
  expect(await shop.receipt()).toEqual(review);
});

test('who comes second to the last use of a code goes on without it and loses nothing else', async ({
  page,
  shop,
  market,
  browser,
}) => {
  const effect = { kind: 'percent', basis_points: 2_000 } as const;
  const code = await market.createCode({ title: 'For one only', effect, max_uses: 1 });
  const toPayment = async (visitor: Shop) => {
    await visitor.page.goto('/');
    await visitor.openProduct(await visitor.product(15));
    await visitor.add();
    await visitor.closeSheet();
    await visitor.openBasket();
    await visitor.enterCode(code);
    await expect(
      visitor.page.getByRole('button', { name: `Remove the code ${code}` }),
    ).toBeVisible();
    await visitor.startCheckout();
    await visitor.fillContact();
    await visitor.toDelivery();
    await visitor.toPayment();
  };
  await toPayment(shop);
  const context = await browser.newContext();
  const faster = new Shop(await context.newPage());
  await toPayment(faster);
  await faster.toReview('approves');
  await faster.payButton.click();
  await faster.placed();
  await context.close();

  await page.getByRole('button', { name: '9999 0000 1000 0002' }).click();
  await page.getByRole('button', { name: 'On to the review' }).click();
  await expect(page.getByText(`The discount code ${code} has been used`)).toBeVisible();
  await page.getByRole('button', { name: 'Remove the code and go on' }).click();
  await expect(shop.heading('Read it over, then pay')).toBeVisible();
  await expect(page.getByText('1 Analytical Row')).toBeVisible();
  const review = await shop.receipt();
  expect(review).not.toHaveProperty('Code');
  expect(review).not.toHaveProperty('Discount');
  await shop.payButton.click();
  const order = await shop.order(await shop.placed());
  expect(order.discount_codes).toEqual([]);
  expect(printed(order.totals.grand)).toBe(review.Total);
});
