import { screen, within } from '@testing-library/react';
import { HttpResponse, http } from 'msw';
import { describe, expect, it, vi } from 'vitest';
import { draw } from '~/test/render';
import { ADDRESS, checkout, problem } from '~/test/samples';
import { server } from '~/test/server';
import { ContactStep } from './contact-step';

const CHECKOUT = 'http://localmart.localhost/api/v1/checkouts/checkout-1';

function basket(id: string) {
  return { cart: { id, version: 1, lines: [] } };
}

async function fill(user: Awaited<ReturnType<typeof draw>>['user']) {
  await user.type(screen.getByLabelText('E-mail'), 'ada@example.org');
  await user.selectOptions(screen.getByLabelText('Country'), 'Ireland');
  await user.type(screen.getByLabelText('Full name'), 'Ada Lovelace');
  await user.type(screen.getByLabelText('Street and number'), '1 Analytical Row');
  await user.type(screen.getByLabelText('Postcode'), 'D01 AB12');
  await user.type(screen.getByLabelText('Town or city'), 'Dublin');
}

function next() {
  return screen.getByRole('button', { name: 'On to delivery' });
}

describe('the contact step', () => {
  it('sends what was typed, leaving out what was not, and goes on with the answer', async () => {
    const sent = vi.fn();
    const successor = checkout({ id: 'checkout-2' });
    server.use(
      http.patch(CHECKOUT, async ({ request }) => {
        sent(await request.json());
        return HttpResponse.json(successor);
      }),
    );
    const onDone = vi.fn();
    const { user } = await draw(<ContactStep checkout={checkout(basket('a'))} onDone={onDone} />);
    await fill(user);
    await user.click(next());
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledWith(successor));
    expect(sent).toHaveBeenCalledWith({ email: 'ada@example.org', address: ADDRESS });
  });

  it('lists what is missing, with the focus on the list and links to the fields', async () => {
    const { user } = await draw(<ContactStep checkout={checkout(basket('b'))} onDone={vi.fn()} />);
    await user.click(next());
    const summary = await screen.findByRole('alert');
    expect(summary).toHaveFocus();
    expect(summary).toHaveTextContent('6 things need your attention');
    const link = within(summary).getByRole('link', { name: 'Postcode: Fill this in.' });
    expect(link).toHaveAttribute('href', `#${screen.getByLabelText('Postcode').id}`);
    expect(screen.getByLabelText('Postcode')).toHaveAccessibleDescription('Fill this in.');
  });

  it('checks a field when it is left and takes the error away once it is right', async () => {
    const { user } = await draw(<ContactStep checkout={checkout(basket('c'))} onDone={vi.fn()} />);
    const email = screen.getByLabelText('E-mail');
    await user.type(email, 'ada');
    expect(email).not.toHaveAttribute('aria-invalid');
    await user.tab();
    await vi.waitFor(() => expect(email).toHaveAttribute('aria-invalid', 'true'));
    await user.type(email, '@example.org');
    await vi.waitFor(() => expect(email).not.toHaveAttribute('aria-invalid'));
  });

  it('puts a refusal of the server at its field and keeps what was typed', async () => {
    server.use(
      http.patch(CHECKOUT, () =>
        problem(422, 'validation_failed', {
          errors: [{ pointer: '/address/postcode', code: 'invalid', detail: 'No such postcode.' }],
        }),
      ),
    );
    const { user, unmount } = await draw(
      <ContactStep checkout={checkout(basket('d'))} onDone={vi.fn()} />,
    );
    await fill(user);
    await user.click(next());
    expect(await screen.findByRole('alert')).toHaveTextContent('Postcode: No such postcode.');
    expect(screen.getByLabelText('Postcode')).toHaveAccessibleDescription('No such postcode.');

    unmount();
    await draw(<ContactStep checkout={checkout(basket('d'))} onDone={vi.fn()} />);
    expect(screen.getByLabelText('Full name')).toHaveValue('Ada Lovelace');
  });

  it('says when nothing was saved, with the trace', async () => {
    server.use(http.patch(CHECKOUT, () => problem(503, 'unavailable', { trace_id: 'abc' })));
    const { user } = await draw(<ContactStep checkout={checkout(basket('e'))} onDone={vi.fn()} />);
    await fill(user);
    await user.click(next());
    expect(await screen.findByText('code unavailable · trace abc')).toBeInTheDocument();
    expect(screen.getByRole('alert')).toHaveTextContent('That was not saved.');
  });
});
