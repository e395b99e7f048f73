import type { ReactNode } from 'react';
import { show } from '~/money';
import { showMoment } from '~/text';
import { t } from '~/text/buying';
import { AddressText, Receipt, ReceiptLines } from '~/ui';
import type { Order } from '../api';

export function OrderReceipt({ order }: { order: Order }) {
  return (
    <Receipt
      title={t('order.receipt', { number: order.number })}
      totals={order.totals}
      codes={order.discount_codes}
      unknown={t('order.unknown')}
      lines={<ReceiptLines lines={order.lines} />}
    >
      {order.placed_at && (
        <p className="receipt-rule pt-3 text-center text-caption text-ink-2">
          <time dateTime={order.placed_at}>
            {t('order.placed', { time: showMoment(order.placed_at) })}
          </time>
        </p>
      )}
    </Receipt>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="py-3 sm:grid sm:grid-cols-[8rem_minmax(0,1fr)] sm:gap-4">
      <dt className="text-ink-2">{label}</dt>
      <dd className="break-words">{children}</dd>
    </div>
  );
}

/** Where it goes, who hears of it and what became of the money. */
export function OrderFacts({ order }: { order: Order }) {
  return (
    <dl className="divide-y divide-line border-y-2 border-ink">
      <Fact label={t('order.address')}>
        <AddressText address={order.address} />
      </Fact>
      <Fact label={t('order.contact')}>{order.email}</Fact>
      <Fact label={t('order.payment')}>
        {t(`order.payment.${order.payment_status}`)}
        {(order.refunds ?? []).map((refund) => (
          <span key={refund.id} className="block text-small text-ink-2">
            {t('order.refund', {
              amount: show(refund.amount),
              state: t(`order.refund.${refund.state}`),
              time: showMoment(refund.at),
            })}
          </span>
        ))}
      </Fact>
    </dl>
  );
}

/** What has left the house; nothing until then. */
export function OrderParcels({ order }: { order: Order }) {
  if (order.shipments.length === 0) return null;
  return (
    <section aria-labelledby="parcels">
      <h2 id="parcels" className="mb-3 text-h3">
        {t('order.parcels')}
      </h2>
      <ol className="divide-y divide-line border-y-2 border-ink">
        {order.shipments.map((parcel, index) => (
          <li key={parcel.id} className="py-3">
            <h3 className="font-text text-body font-bold">
              {t('order.parcel', { number: index + 1 })}
            </h3>
            <p className="text-small">
              <time dateTime={parcel.delivered_at ?? parcel.shipped_at}>
                {parcel.delivered_at
                  ? t('order.parcel.arrived', { time: showMoment(parcel.delivered_at) })
                  : t('order.parcel.sent', { time: showMoment(parcel.shipped_at) })}
              </time>
            </p>
            <Pieces order={order} lines={parcel.lines} />
            {parcel.tracking && (
              <p className="font-mono text-caption break-all text-ink-2">
                {t('order.parcel.tracking', { tracking: parcel.tracking })}
              </p>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface PiecesProps {
  order: Order;
  lines: readonly { variant_id: string; qty: number }[];
}

/** Some pieces of the order, by the names they were bought under. */
export function Pieces({ order, lines }: PiecesProps) {
  return (
    <ul className="text-small">
      {lines.map(({ variant_id, qty }) => {
        const line = order.lines.find((each) => each.variant_id === variant_id);
        return (
          <li key={variant_id}>{t('order.pieces', { qty, title: line?.title ?? variant_id })}</li>
        );
      })}
    </ul>
  );
}
