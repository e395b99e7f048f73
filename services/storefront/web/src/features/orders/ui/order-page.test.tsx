import { act, screen, waitFor, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { cartLine, eur, order, orderEvent, parcel, problem, sentBack } from '~/test/samples';
import { server } from '~/test/server';
import { TestStream, useTestStreams } from '~/test/stream';
import { LiveRegions } from '~/ui';
import type { Order } from '../api';
import { OrderPage } from './order-page';

const ORDER = 'http://localmart.localhost/api/v1/orders/LM-7K3Q9X';

let shelf = order();
let reads = 0;

async function page(first: Order) {
  shelf = first;
  reads = 0;
  server.use(
    http.get(ORDER, () => {
      reads += 1;
      return HttpResponse.json(shelf);
    }),
  );
  const drawn = await draw(
    <>
      <OrderPage number="LM-7K3Q9X" />
      <LiveRegions />
    </>,
  );
  await screen.findByRole('heading', { level: 1 });
  return drawn;
}

/** A step as the stream tells it, and the order as it is then. */
function happens(seq: number, state: Order['state'], more: Partial<Order> = {}) {
  shelf = { ...shelf, state, events: [...shelf.events, orderEvent(seq, state)], ...more };
  act(() => TestStream.last.step(seq));
}

function see(state: 'visible' | 'hidden') {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
  act(() => {
    document.dispatchEvent(new Event('visibilitychange'));
  });
}

beforeEach(useTestStreams);
afterEach(() => vi.unstubAllGlobals());

describe('the order page', () => {
  it('tells what happened, by whom and under which trace, and what is ahead', async () => {
    await page(order());
    const timeline = screen.getByRole('region', { name: 'What happened' });
    const steps = within(timeline).getAllByRole('listitem');
    expect(steps.map((step) => step.querySelector('p')?.textContent)).toEqual([
      'Order begun',
      'Order placed',
      'Being packed',
      'On its way',
      'Delivered',
    ]);
    expect(within(timeline).getByText('trace trace-2')).toBeInTheDocument();
    expect(within(timeline).getByText(/by customer/)).toBeInTheDocument();
  });

  it('of an order that is not the visitor’s follows nothing', async () => {
    server.use(http.get(ORDER, () => problem(404, 'not_found')));
    await draw(<OrderPage number="LM-7K3Q9X" />);
    expect(await screen.findByText('No order of that number')).toBeInTheDocument();
    expect(TestStream.all).toEqual([]);
  });

  it('shows and says a step as it happens, and reads no step twice', async () => {
    await page(order());
    expect(screen.getByText('Connecting …')).toBeInTheDocument();
    act(() => TestStream.last.step(2));
    expect(screen.getByText('Live')).toBeInTheDocument();
    expect(reads).toBe(1);
    expect(screen.getByRole('status')).toBeEmptyDOMElement();

    happens(3, 'fulfilling');
    expect(await screen.findByText('trace trace-3')).toBeInTheDocument();
    expect(screen.getByRole('status')).toHaveTextContent('Being packed');
    act(() => TestStream.last.step(3));
    expect(reads).toBe(2);
  });

  it('says in words when the stream breaks off and when it cannot be had', async () => {
    await page(order());
    act(() => TestStream.last.step(2));
    act(() => TestStream.last.fail());
    expect(screen.getByText('Reconnecting')).toBeInTheDocument();
    act(() => TestStream.last.fail(true));
    expect(screen.getByText('Checking every 10 s')).toBeInTheDocument();
  });

  it('keeps no stream while nobody looks, and catches up afterwards', async () => {
    await page(order());
    see('hidden');
    expect(TestStream.last.readyState).toBe(TestStream.CLOSED);
    shelf = order({ shipments: [parcel({ tracking: 'TR-1' })] });
    see('visible');
    expect(TestStream.all).toHaveLength(2);
    expect(await screen.findByText('tracking number TR-1')).toBeInTheDocument();
    expect(screen.getByRole('status')).toHaveTextContent('1 parcel is on its way');
  });

  it('stops at the last state', async () => {
    await page(order({ state: 'shipped' }));
    const stream = TestStream.last;
    happens(3, 'completed', { payment_status: 'captured' });
    expect(await screen.findByText('Nothing more will change')).toBeInTheDocument();
    expect(stream.readyState).toBe(TestStream.CLOSED);
  });

  it('offers only what the server allows', async () => {
    await page(order({ state: 'fulfilling', allowed: [] }));
    const actions = screen.getByRole('region', { name: 'What you can do' });
    expect(within(actions).queryByRole('button')).not.toBeInTheDocument();
    expect(actions).toHaveTextContent('It is being packed');
  });
});

describe('cancelling', () => {
  const placed = order({ allowed: ['cancel'], payment_status: 'captured' });

  it('asks first, says what becomes of the money, and shows the end without a reload', async () => {
    const { user } = await page(placed);
    server.use(
      http.post(`${ORDER}/cancel`, () => {
        shelf = order({
          state: 'cancelled',
          payment_status: 'refunded',
          events: [...placed.events, orderEvent(3, 'cancelled', { reason: 'customer_cancelled' })],
        });
        return HttpResponse.json(shelf);
      }),
    );
    await user.click(screen.getByRole('button', { name: 'Cancel the order' }));
    const dialog = screen.getByRole('dialog', { name: 'Cancel order LM-7K3Q9X?' });
    expect(dialog).toHaveTextContent('€36.38 goes back to the card it came from.');
    await user.click(within(dialog).getByRole('button', { name: 'Cancel the order' }));
    expect(await screen.findByText('You cancelled it.')).toBeInTheDocument();
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Cancel the order' })).not.toBeInTheDocument();
    await waitFor(() =>
      expect(screen.getByRole('heading', { name: 'What happened' })).toHaveFocus(),
    );
    expect(screen.getByRole('status')).toHaveTextContent('Cancelled. Payment: Sent back');
  });

  it('that comes too late says so in the dialog and shows how the order stands', async () => {
    const { user } = await page(placed);
    server.use(
      http.post(`${ORDER}/cancel`, () => {
        shelf = order({
          state: 'fulfilling',
          events: [...placed.events, orderEvent(3, 'fulfilling')],
        });
        return problem(409, 'invalid_state', { detail: 'It is being packed.' });
      }),
    );
    await user.click(screen.getByRole('button', { name: 'Cancel the order' }));
    const dialog = screen.getByRole('dialog');
    await user.click(within(dialog).getByRole('button', { name: 'Cancel the order' }));
    expect(await within(dialog).findByText('It is being packed.')).toBeInTheDocument();
    await screen.findByText('trace trace-3');
    await user.click(within(dialog).getByRole('button', { name: 'Keep the order' }));
    expect(screen.queryByRole('dialog')).not.toBeInTheDocument();
  });
});

describe('sending back', () => {
  const { variant_id } = cartLine();
  const arrived = order({
    state: 'delivered',
    payment_status: 'captured',
    allowed: ['return'],
    return_until: '2026-12-25T08:00:00Z',
    shipments: [parcel({ delivered_at: '2026-11-25T08:00:00Z' })],
  });

  it('takes pieces and a reason, and the timeline shows it', async () => {
    const { user } = await page(arrived);
    const sent: unknown[] = [];
    server.use(
      http.post(`${ORDER}/returns`, async ({ request }) => {
        sent.push(await request.json(), request.headers.get('idempotency-key'));
        shelf = { ...arrived, allowed: [], returns: [sentBack()] };
        return HttpResponse.json(shelf, { status: 201 });
      }),
    );
    await user.click(screen.getByRole('button', { name: 'Send something back' }));
    const dialog = screen.getByRole('dialog', { name: 'What do you send back?' });
    await user.click(within(dialog).getByRole('button', { name: 'One less: Stoneware mug' }));
    await user.type(within(dialog).getByRole('textbox', { name: 'Why' }), '  Too green ');
    await user.click(within(dialog).getByRole('button', { name: 'Ask to return' }));
    const timeline = screen.getByRole('region', { name: 'What happened' });
    expect(await within(timeline).findByText('Return asked for')).toBeInTheDocument();
    expect(within(timeline).getByText('1 × Stoneware mug')).toBeInTheDocument();
    expect(within(timeline).getByText('You wrote: Too green')).toBeInTheDocument();
    expect(sent).toEqual([
      { lines: [{ variant_id, qty: 1 }], reason: 'Too green' },
      expect.stringMatching(/.{16,}/),
    ]);
    expect(screen.getByRole('status')).toHaveTextContent('Return asked for');
  });

  it('says what is missing before anything is sent', async () => {
    const { user } = await page(arrived);
    await user.click(screen.getByRole('button', { name: 'Send something back' }));
    const dialog = screen.getByRole('dialog');
    const less = within(dialog).getByRole('button', { name: 'One less: Stoneware mug' });
    await user.click(less);
    await user.click(less);
    await user.click(within(dialog).getByRole('button', { name: 'Ask to return' }));
    expect(within(dialog).getByText('Choose one piece at least.')).toBeInTheDocument();
    expect(within(dialog).getByText('Say why in a few words.')).toBeInTheDocument();
  });

  it('says at its part what the server refuses, and repeats a lost wish under its key', async () => {
    const { user } = await page(arrived);
    const keys: (string | null)[] = [];
    const refusal = [
      { pointer: '/lines/0', code: 'out_of_range', detail: 'Fewer pieces are left.' },
    ];
    server.use(
      http.post(`${ORDER}/returns`, ({ request }) => {
        keys.push(request.headers.get('idempotency-key'));
        return keys.length < 3
          ? problem(503, 'unavailable')
          : problem(422, 'validation_failed', { errors: refusal });
      }),
    );
    await user.click(screen.getByRole('button', { name: 'Send something back' }));
    const dialog = screen.getByRole('dialog');
    const why = within(dialog).getByRole('textbox', { name: 'Why' });
    await user.type(why, 'Too green');
    const ask = within(dialog).getByRole('button', { name: 'Ask to return' });
    await user.click(ask);
    expect(await within(dialog).findByText('That did not work.')).toBeInTheDocument();
    await user.click(ask);
    await waitFor(() => expect(keys).toHaveLength(2));
    await user.type(why, '!');
    await user.click(ask);
    expect(await within(dialog).findByText('Fewer pieces are left.')).toBeInTheDocument();
    expect(why).toHaveValue('Too green!');
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });
});

describe('the money', () => {
  it('that goes back is listed with its state', async () => {
    const at = '2026-11-24T12:00:00Z';
    await page(
      order({
        payment_status: 'partially_refunded',
        refunds: [{ id: 'r', amount: eur(499), reason: 'Late', state: 'done', at }],
      }),
    );
    expect(screen.getByText(/€4.99 back to the card, sent/)).toBeInTheDocument();
  });
});
