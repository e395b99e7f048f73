import { screen } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { ADDRESS, cart, checkout, problem } from '~/test/samples';
import { server } from '~/test/server';
import { PaymentStep } from './payment-step';

const PAYMENT = 'http://localmart.localhost/api/v1/checkouts/checkout-1/payment';

function basket(id: string) {
  return { cart: { id, version: 1, lines: [] }, address: ADDRESS };
}

describe('the payment step', () => {
  it('fills in a test card, hands it over and keeps it only in memory', async () => {
    const sent = vi.fn();
    const ready = checkout({ state: 'payment_ready' });
    server.use(
      http.post(PAYMENT, async ({ request }) => {
        sent(await request.json());
        return HttpResponse.json(ready);
      }),
    );
    const onDone = vi.fn();
    const { user, unmount } = await draw(
      <PaymentStep checkout={checkout(basket('a'))} onDone={onDone} />,
    );
    await user.click(screen.getByRole('button', { name: /9999 0000 1000 0002/ }));
    await user.click(screen.getByRole('button', { name: 'On to the review' }));
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledWith(ready));
    expect(sent).toHaveBeenCalledWith({
      card: {
        number: '9999000010000002',
        expiry: expect.stringMatching(/^12\/\d\d$/),
        cvc: '123',
        holder: 'Ada Lovelace',
      },
    });

    unmount();
    await draw(<PaymentStep checkout={checkout(basket('a'))} onDone={onDone} />);
    expect(screen.getByLabelText('Card number')).toHaveValue('9999 0000 1000 0002');
    expect(JSON.stringify([{ ...localStorage }, { ...sessionStorage }])).not.toContain('9999');
  });

  it('refuses a card that could be real without sending it', async () => {
    const { user } = await draw(<PaymentStep checkout={checkout(basket('b'))} onDone={vi.fn()} />);
    await user.type(screen.getByLabelText('Card number'), '4242424242424242');
    await user.click(screen.getByRole('button', { name: 'On to the review' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('starts with 9999');
  });

  it('shows which lines are short', async () => {
    server.use(
      http.post(PAYMENT, () =>
        problem(409, 'out_of_stock', {
          lines: [{ variant_id: 'v', sku: 's', title: 'Mug', requested: 3, left: 1 }],
        }),
      ),
    );
    const { user } = await draw(<PaymentStep checkout={checkout(basket('c'))} onDone={vi.fn()} />);
    await user.click(screen.getByRole('button', { name: /9999 0000 1000 0002/ }));
    await user.click(screen.getByRole('button', { name: 'On to the review' }));
    expect(await screen.findByText('Mug: 1 left, you asked for 3')).toBeInTheDocument();
    expect(screen.getByRole('heading', { name: 'Not enough on the shelf' })).toHaveFocus();
  });

  it('explains a decline and how often another card may be tried', async () => {
    const declined = {
      state: 'declined' as const,
      attempts_left: 1,
      reason: 'insufficient_funds',
    };
    await draw(
      <PaymentStep checkout={checkout({ ...basket('d'), payment: declined })} onDone={vi.fn()} />,
    );
    expect(screen.getByText(/there is not enough money on the account/)).toBeInTheDocument();
    expect(screen.getByText(/You can try 1 more time\./)).toBeInTheDocument();
  });

  it('goes on with a card that is there already', async () => {
    const card = { brand: 'LocalCard', last4: '0002' };
    const ready = checkout({
      ...basket('e'),
      payment: { state: 'ready', attempts_left: 3, card },
    });
    const onDone = vi.fn();
    const { user } = await draw(<PaymentStep checkout={ready} onDone={onDone} />);
    await user.click(screen.getByRole('button', { name: 'Go on with this card' }));
    expect(onDone).toHaveBeenCalledWith(ready);
  });

  it('goes on without a code that was used up meanwhile, and loses nothing', async () => {
    const detail = 'The discount code LASTONE has been used as often as it may be.';
    const ready = checkout({ ...basket('cart-1'), state: 'payment_ready' });
    const calls: string[] = [];
    server.use(
      http.post(PAYMENT, () => {
        calls.push('pay');
        return calls.length === 1
          ? problem(409, 'discount_code_refused', { detail, discount_code: 'LASTONE' })
          : HttpResponse.json(ready);
      }),
      http.get('http://localmart.localhost/api/v1/carts/current', () => HttpResponse.json(cart())),
      http.delete(
        'http://localmart.localhost/api/v1/carts/cart-1/discount-codes/:code',
        ({ params }) => {
          calls.push(`drop ${params.code}`);
          return HttpResponse.json(cart({ version: 2 }));
        },
      ),
      http.post('http://localmart.localhost/api/v1/checkouts', () => {
        calls.push('open');
        return HttpResponse.json(checkout(basket('cart-1')));
      }),
    );
    const onDone = vi.fn();
    const { user } = await draw(
      <PaymentStep checkout={checkout(basket('cart-1'))} onDone={onDone} />,
    );
    await user.click(screen.getByRole('button', { name: /9999 0000 1000 0002/ }));
    await user.click(screen.getByRole('button', { name: 'On to the review' }));
    expect(await screen.findByText(detail)).toBeInTheDocument();
    const heading = screen.getByRole('heading', { name: /no longer counts/ });
    await vi.waitFor(() => expect(heading).toHaveFocus());
    expect(screen.getByLabelText('Card number')).toHaveValue('9999 0000 1000 0002');
    expect(onDone).not.toHaveBeenCalled();

    await user.click(screen.getByRole('button', { name: 'Remove the code and go on' }));
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledWith(ready));
    expect(calls).toEqual(['pay', 'drop LASTONE', 'open', 'pay']);
    expect(screen.queryByText(detail)).not.toBeInTheDocument();
  });
});
