import { expect, test } from '../fixtures/test';

/** Parcels, returns and money are read every 15 s beside the stream. */
const BESIDE = { timeout: 25_000 };

test('an order is packed, shipped in two parcels, delivered and sent back before one’s eyes', async ({
  page,
  shop,
  market,
}) => {
  await page.goto('/');
  await shop.openProduct(await shop.product(9));
  await shop.add();
  await shop.closeSheet();
  await shop.openBasket();
  await page.getByRole('button', { name: /^One more/ }).click();
  await expect(page.getByRole('link', { name: 'Basket, 2 items' })).toBeVisible();
  await shop.startCheckout();
  await shop.fillContact();
  await shop.toDelivery();
  await shop.toPayment();
  await shop.toReview('approves');
  await shop.payButton.click();
  const number = await shop.placed();
  await page.getByRole('link', { name: 'Follow the order' }).click();
  await expect(shop.heading(`Order ${number}`)).toBeFocused();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  const said = page.locator('p[role="status"].sr-only');

  const { lines, events } = await market.pack(number);
  const packed = events.at(-1);
  await expect(said).toContainText('Being packed');
  await expect(shop.timeline.getByText(`trace ${packed?.trace_id}`)).toBeVisible();
  await expect(shop.timeline.getByText('by admin').filter({ visible: true })).toHaveCount(1);
  await expect(page.getByRole('button', { name: 'Cancel the order' })).toBeHidden();

  const [line] = lines;
  if (!line) throw new Error('An order without lines.');
  const piece = [{ variant_id: line.variant_id, qty: 1 }];
  await market.ship(number, piece, 'TRACK-1');
  await expect(page.getByText('tracking number TRACK-1')).toBeVisible(BESIDE);
  const { shipments } = await market.ship(number, piece, 'TRACK-2');
  await expect(said).toContainText('On its way');
  await expect(page.getByRole('heading', { name: 'Parcel 2' })).toBeVisible();
  for (const { id } of shipments) await market.deliver(number, id);
  await expect(said).toContainText('Delivered');

  await page.getByRole('button', { name: 'Send something back' }).click();
  const dialog = page.getByRole('dialog', { name: 'What do you send back?' });
  await expect(dialog.getByRole('textbox', { name: `Quantity: ${line.title}` })).toHaveValue('2');
  await dialog.getByRole('button', { name: 'Ask to return' }).click();
  await expect(dialog.getByText('Say why in a few words.')).toBeVisible();
  await dialog.getByRole('button', { name: `One less: ${line.title}` }).click();
  await dialog.getByRole('textbox', { name: 'Why' }).fill('One is enough');
  await dialog.getByRole('button', { name: 'Ask to return' }).click();
  await expect(dialog).toBeHidden();
  await expect(shop.timeline.getByText('Return asked for')).toBeVisible();
  await expect(shop.timeline.getByText('You wrote: One is enough')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'What happened' })).toBeFocused();

  const { returns } = await shop.order(number);
  const [back] = returns ?? [];
  if (!back) throw new Error(`${number} has no return.`);
  expect(back.lines).toEqual(piece);
  await market.decide(number, back.id, true, 'Of course');
  await expect(shop.timeline.getByText('Return agreed: send the pieces back')).toBeVisible(BESIDE);
  await expect(shop.timeline.getByText('The market answered: Of course')).toBeVisible();
  await market.receive(number, back.id);
  await expect(shop.timeline.getByText('Returned, the money is sent back')).toBeVisible(BESIDE);
  const money = page.getByRole('definition').filter({ hasText: 'Paid, part of it sent back' });
  await expect(money).toBeVisible(BESIDE);
  expect(loads).toBe(0);
});

test('an order is cancelled, and the money goes back', async ({ page, shop }) => {
  const number = await shop.follow(10);
  await page.getByRole('button', { name: 'Cancel the order' }).click();
  const dialog = page.getByRole('dialog', { name: `Cancel order ${number}?` });
  const total = (await shop.receipt()).Total ?? '';
  await expect(dialog).toContainText(total);
  await dialog.getByRole('button', { name: 'Keep the order' }).click();
  await expect(page.getByRole('button', { name: 'Cancel the order' })).toBeFocused();

  await page.getByRole('button', { name: 'Cancel the order' }).click();
  await dialog.getByRole('button', { name: 'Cancel the order' }).click();
  await expect(shop.timeline.getByText('You cancelled it.')).toBeVisible();
  const money = page.getByRole('definition').filter({ hasText: /Sent back to|Released on/ });
  await expect(money).toBeVisible(BESIDE);
  await expect(page.getByText('Nothing more will change')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel the order' })).toBeHidden();
  const order = await shop.order(number);
  expect(order.state).toBe('cancelled');
  expect(order.payment_status).toMatch(/refunded|voided/);
});

test.describe('without the stream', () => {
  // 503: what stands between refuses the stream.
  test.use({ expectedStates: [503] });

  test('the page asks every 10 s and says so', async ({ page, shop, market }) => {
    await page.route('**/stream', (route) => route.fulfill({ status: 503 }));
    const number = await shop.follow(11);
    await expect(page.getByText('Checking every 10 s')).toBeVisible();
    const { events } = await market.pack(number);
    const packed = shop.timeline.getByText(`trace ${events.at(-1)?.trace_id}`);
    await expect(packed).toBeVisible({ timeout: 20_000 });
  });
});
