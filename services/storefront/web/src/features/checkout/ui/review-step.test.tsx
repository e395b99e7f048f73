import { screen } from '@testing-library/react';
import { delay, HttpResponse, http } from 'msw';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { ADDRESS, checkout, eur, problem, totals } from '~/test/samples';
import { server } from '~/test/server';
import type { Checkout } from '../api';
import { ReviewStep } from './review-step';

const CHECKOUT = 'http://localmart.localhost/api/v1/checkouts/checkout-1';

function ready(grand = 3638): Checkout {
  return checkout({
    state: 'payment_ready',
    email: 'ada@example.org',
    address: ADDRESS,
    rate: 'standard',
    totals: totals({ items: eur(2998), delivery: eur(490), tax: eur(150), grand: eur(grand) }),
    payment: { state: 'ready', attempts_left: 3, card: { brand: 'LocalCard', last4: '0002' } },
  });
}

async function review(state = ready()) {
  server.use(
    http.get(`${CHECKOUT}/shipping-rates`, () =>
      HttpResponse.json({
        items: [{ id: 'standard', title: 'Standard', price: eur(490), min_days: 3, max_days: 5 }],
      }),
    ),
  );
  const onPlaced = vi.fn();
  return { ...(await draw(<ReviewStep checkout={state} onPlaced={onPlaced} />)), onPlaced };
}

/** Answers each attempt to pay with the next of `answers`, and writes the attempts down. */
function till(...answers: (() => Response | Promise<Response>)[]) {
  const attempts: { key: string | null; body: unknown }[] = [];
  server.use(
    http.post(`${CHECKOUT}/complete`, async ({ request }) => {
      attempts.push({ key: request.headers.get('idempotency-key'), body: await request.json() });
      const answer = answers.shift();
      return answer ? answer() : HttpResponse.error();
    }),
  );
  return attempts;
}

const placed = () => HttpResponse.json({ number: 'LM-1' }, { status: 201 });

afterEach(() => sessionStorage.clear());

describe('the review', () => {
  it('repeats what was entered, with the way back to each step', async () => {
    await review();
    expect(screen.getByText('ada@example.org')).toBeInTheDocument();
    expect(await screen.findByText('Standard')).toBeInTheDocument();
    expect(screen.getByText('LocalCard ending in 0002')).toBeInTheDocument();
    expect(screen.getByRole('link', { name: 'Edit: Delivery' })).toHaveAttribute(
      'href',
      '/checkout/checkout-1/delivery',
    );
  });

  it('pays the total that is shown, once, however often the button is pressed', async () => {
    const attempts = till(async () => {
      await delay(50);
      return placed();
    });
    const { user, onPlaced } = await review();
    await user.dblClick(screen.getByRole('button', { name: 'Pay €36.38' }));
    await vi.waitFor(() => expect(onPlaced).toHaveBeenCalledWith('LM-1'));
    expect(attempts).toEqual([
      { key: expect.stringMatching(/^[0-9a-f]{32}$/), body: { expected_total: eur(3638) } },
    ]);
  });

  it('asks what became of a lost answer and then repeats the very same request', async () => {
    const attempts = till(() => HttpResponse.error(), placed);
    server.use(http.get(CHECKOUT, () => HttpResponse.json(ready())));
    const { user, onPlaced } = await review();
    await user.click(screen.getByRole('button', { name: 'Pay €36.38' }));
    expect(await screen.findByText('We are asking the bank')).toBeInTheDocument();
    await vi.waitFor(() => expect(onPlaced).toHaveBeenCalled(), { timeout: 4_000 });
    expect(attempts).toHaveLength(2);
    expect(attempts[0]).toEqual(attempts[1]);
  });

  it('shows another total before it is paid, and then pays under another key', async () => {
    const attempts = till(
      () => problem(409, 'price_changed', { expected: eur(3638), actual: eur(4638) }),
      placed,
    );
    server.use(http.get(CHECKOUT, () => HttpResponse.json(ready(4638))));
    const { user, onPlaced } = await review();
    await user.click(screen.getByRole('button', { name: 'Pay €36.38' }));
    expect(await screen.findByText('Total: €36.38 → €46.38')).toBeInTheDocument();
    expect(onPlaced).not.toHaveBeenCalled();
    await user.click(screen.getByRole('button', { name: 'Accept and pay €46.38' }));
    await vi.waitFor(() => expect(onPlaced).toHaveBeenCalledWith('LM-1'));
    expect(attempts[1]?.body).toEqual({ expected_total: eur(4638) });
    expect(attempts[1]?.key).not.toBe(attempts[0]?.key);
  });

  it('follows a payment that was under way when the page was loaded', async () => {
    let reads = 0;
    server.use(
      http.get(CHECKOUT, () => {
        reads += 1;
        return HttpResponse.json(
          reads === 1
            ? { ...ready(), state: 'processing' }
            : { ...ready(), state: 'completed', order_number: 'LM-1' },
        );
      }),
    );
    const { onPlaced } = await review({ ...ready(), state: 'processing' });
    await vi.waitFor(() => expect(onPlaced).toHaveBeenCalledWith('LM-1'), { timeout: 4_000 });
  });

  it('says which lines ran short and what it cannot handle', async () => {
    till(
      () =>
        problem(409, 'out_of_stock', {
          lines: [{ variant_id: 'v', sku: 's', title: 'Mug', requested: 2, left: 0 }],
        }),
      () => problem(403, 'forbidden', { trace_id: 'abc' }),
    );
    const { user } = await review();
    await user.click(screen.getByRole('button', { name: 'Pay €36.38' }));
    expect(await screen.findByText('Mug: 0 left, you asked for 2')).toBeInTheDocument();
    await user.click(screen.getByRole('button', { name: 'Close' }));
    await user.click(screen.getByRole('button', { name: 'Pay €36.38' }));
    expect(await screen.findByText('code forbidden · trace abc')).toBeInTheDocument();
  });
});
