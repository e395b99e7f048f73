import { zodResolver } from '@hookform/resolvers/zod';
import { useEffect } from 'react';
import { useForm } from 'react-hook-form';
import { COUNTRIES } from '~/text';
import { t } from '~/text/buying';
import { Field, SelectField } from '~/ui';
import { type Checkout, useCheckoutChanges } from '../api';
import { draft, keepDraft } from '../drafts';
import { type ContactForm, contactSchema } from '../fields';
import { FormFrame } from './form-frame';

const LABELS = {
  email: t('field.email'),
  country: t('field.country'),
  name: t('field.name'),
  line1: t('field.line1'),
  line2: t('field.line2'),
  postcode: t('field.postcode'),
  city: t('field.city'),
  phone: t('field.phone'),
} satisfies Record<keyof ContactForm, string>;

const POINTERS = {
  '/email': 'email',
  '/address/country': 'country',
  '/address/name': 'name',
  '/address/line1': 'line1',
  '/address/line2': 'line2',
  '/address/postcode': 'postcode',
  '/address/city': 'city',
  '/address/phone': 'phone',
} satisfies Record<string, keyof ContactForm>;

/** E-mail and address; one column, town and postcode side by side. */
export function ContactStep({
  checkout,
  onDone,
}: {
  checkout: Checkout;
  onDone: (checkout: Checkout) => void;
}) {
  const { patch } = useCheckoutChanges(checkout.id);
  const { address } = checkout;
  const form = useForm<ContactForm>({
    resolver: zodResolver(contactSchema),
    mode: 'onTouched',
    shouldFocusError: false,
    defaultValues: {
      email: checkout.email ?? '',
      country: address?.country ?? '',
      name: address?.name ?? '',
      line1: address?.line1 ?? '',
      line2: address?.line2 ?? '',
      postcode: address?.postcode ?? '',
      city: address?.city ?? '',
      phone: address?.phone ?? '',
      ...draft<ContactForm>(checkout.cart.id, 'contact'),
    },
  });
  const { getValues, register, formState } = form;
  useEffect(
    () => () => keepDraft(checkout.cart.id, 'contact', getValues()),
    [checkout.cart.id, getValues],
  );

  const field = (name: keyof ContactForm) => ({
    ...register(name),
    id: `contact-${name}`,
    label: LABELS[name],
    error: formState.errors[name]?.message,
  });

  return (
    <FormFrame
      form={form}
      name="contact"
      labels={LABELS}
      pointers={POINTERS}
      submit={t('checkout.contact.next')}
      onSend={async ({ email, line2, phone, ...rest }) => {
        const changed = await patch({
          email,
          address: { ...rest, ...(line2 && { line2 }), ...(phone && { phone }) },
        });
        onDone(changed);
      }}
    >
      <div className="space-y-5">
        <p className="text-lead text-ink-2">{t('checkout.contact.lead')}</p>
        <Field
          {...field('email')}
          type="email"
          inputMode="email"
          autoComplete="email"
          hint={t('field.email.hint')}
        />
      </div>
      <fieldset className="space-y-5">
        <legend className="mb-4 font-sign text-h3">{t('checkout.contact.address')}</legend>
        <SelectField {...field('country')} autoComplete="country">
          <option value="">{t('field.country.choose')}</option>
          {COUNTRIES.map(({ code, name }) => (
            <option key={code} value={code}>
              {name}
            </option>
          ))}
        </SelectField>
        <Field {...field('name')} autoComplete="name" />
        <Field {...field('line1')} autoComplete="address-line1" />
        <Field {...field('line2')} autoComplete="address-line2" />
        <div className="grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] gap-4">
          <Field {...field('postcode')} autoComplete="postal-code" />
          <Field {...field('city')} autoComplete="address-level2" />
        </div>
        <Field
          {...field('phone')}
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          hint={t('field.phone.hint')}
        />
      </fieldset>
    </FormFrame>
  );
}
