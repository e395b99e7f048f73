import { logOf, traceOf } from '../fixtures/logs';
import { printed } from '../fixtures/money';
import { expect, test } from '../fixtures/test';

test('a guest finds a product, buys it, and every page tells the same sums', async ({
  page,
  shop,
}) => {
  await page.goto('/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const product = await shop.product(0);

  await page.getByRole('searchbox', { name: 'Search the market' }).fill(product.title);
  await page.getByRole('button', { name: 'Search' }).click();
  await expect(shop.heading(`Results for “${product.title}”`)).toBeFocused();
  await page.getByRole('link', { name: product.title, exact: true }).first().click();
  await expect(shop.heading(product.title)).toBeVisible();

  await shop.add();
  await expect(
    page.getByRole('dialog').getByRole('heading', { name: product.title }),
  ).toBeVisible();
  await shop.closeSheet();
  await expect(page.getByRole('link', { name: 'Basket, 1 item' })).toBeVisible();

  await shop.openBasket();
  await page.getByRole('button', { name: `One more: ${product.title}` }).click();
  await expect(page.getByRole('link', { name: 'Basket, 2 items' })).toBeVisible();
  const basketReceipt = page.locator('main').getByRole('region', { name: 'Receipt' });
  await expect(basketReceipt).not.toHaveAttribute('aria-busy');
  const basket = await shop.receipt();
  expect(basket.Delivery).toBe('at the delivery step');

  await shop.startCheckout();
  await shop.fillContact();
  await shop.toDelivery();
  await shop.toPayment();
  await shop.toReview('approves');
  const review = await shop.receipt();
  expect(review.Items).toBe(basket.Items);
  await expect(shop.payButton).toHaveText(`Pay ${review.Total}`);

  const completion = page.waitForResponse(/\/checkouts\/[^/]+\/complete$/);
  await shop.payButton.click();
  const number = await shop.placed();
  const trace = await traceOf(await completion);
  for (const service of ['storefront', 'orders']) {
    await expect.poll(() => logOf(service), `log of ${service}`).toContain(trace);
  }
  const done = await shop.receipt();
  expect(done).toEqual(review);

  const { totals, lines } = await shop.order(number);
  expect(done.Items).toBe(printed(totals.items));
  expect(done.Delivery).toBe(printed(totals.delivery));
  expect(done.Tax).toBe(printed(totals.tax));
  expect(done.Total).toBe(printed(totals.grand));
  expect(lines.map(({ title, qty }) => ({ title, qty }))).toEqual([
    { title: product.title, qty: 2 },
  ]);

  await page.reload();
  expect(await shop.placed()).toBe(number);
  await page.getByRole('link', { name: 'Follow the order' }).click();
  await expect(shop.heading(`Order ${number}`)).toBeFocused();
  await expect(page.getByText('Order placed').first()).toBeVisible();
  expect(await shop.receipt()).toEqual(review);
  await expect(page.getByRole('link', { name: 'Basket', exact: true })).toBeVisible();
});

test('paying twice at once places one order', async ({ page, shop }) => {
  await page.goto('/');
  await shop.openProduct(await shop.product(1));
  await shop.add();
  await shop.closeSheet();
  await shop.openBasket();
  await shop.startCheckout();
  await shop.fillContact();
  await shop.toDelivery();
  await shop.toPayment();
  await shop.toReview('slow');
  await shop.payButton.dblclick();
  const number = await shop.placed();
  const { items } = await shop.orders();
  expect(items.map((order) => order.number)).toEqual([number]);
});

test('fifty fast clicks leave the right quantity behind', async ({ page, shop }) => {
  await page.goto('/');
  const product = await shop.product(2);
  await shop.openProduct(product);
  await shop.add();
  await shop.closeSheet();
  await shop.openBasket();

  const changes: string[] = [];
  page.on('request', (request) => {
    if (request.method() === 'PATCH') changes.push(request.url());
  });
  const more = page.getByRole('button', { name: `One more: ${product.title}` });
  const field = page.getByRole('textbox', { name: `Quantity: ${product.title}` });
  const most = product.variants[0]?.max_qty ?? 1;
  await more.evaluate(async (button: HTMLButtonElement) => {
    for (let click = 0; click < 50; click += 1) {
      button.click();
      await new Promise(requestAnimationFrame);
    }
  });
  await expect(field).toHaveValue(String(most));
  await page.reload();
  await expect(field).toHaveValue(String(most));
  expect(changes.length).toBeLessThanOrEqual(4);
});
