import { Link } from '@tanstack/react-router';
import { t } from '~/text';
import { Badge, Picture, PriceTag, Skeleton } from '~/ui';
import type { Card } from '../api';

const GRID =
  'grid grid-cols-2 gap-x-4 gap-y-8 sm:grid-cols-3 sm:gap-x-6 sm:gap-y-10 md:grid-cols-4';

/**
 * A product on a shelf: the picture, the tag on the shelf's edge, the name. The whole card is one
 * link; its text is the name, so that lists of links read well.
 */
function ProductCard({ card, level: Heading }: { card: Card; level: 'h2' | 'h3' }) {
  return (
    <article className="group relative flex h-full flex-col">
      <div className="relative border-2 border-ink bg-[#fff]">
        <Picture
          image={card.image}
          decorative
          className={card.stock === 'out' ? 'w-full opacity-60' : 'w-full'}
        />
        {card.stock !== 'in' && (
          <span className="absolute end-2 top-2">
            <Badge tone={card.stock === 'low' ? 'low' : 'plain'}>
              {t(card.stock === 'low' ? 'card.stock.low' : 'card.stock.out')}
            </Badge>
          </span>
        )}
      </div>
      <div className="relative z-1 -mt-5 ps-2 sm:ps-3">
        <PriceTag money={card.price} was={card.compare_at} size="m" />
      </div>
      <Heading className="mt-2 font-text text-body font-bold text-pretty">
        <Link
          to="/p/$slug"
          params={{ slug: card.slug }}
          className="decoration-2 underline-offset-4 after:absolute after:inset-0 group-hover:underline"
        >
          {card.title}
        </Link>
      </Heading>
      <p className="text-small text-ink-2">{card.category.title}</p>
    </article>
  );
}

interface ProductGridProps {
  cards: readonly Card[];
  label: string;
  /** One below the heading that the grid stands under. */
  level: 'h2' | 'h3';
}

export function ProductGrid({ cards, label, level }: ProductGridProps) {
  return (
    <ul aria-label={label} className={GRID}>
      {cards.map((card) => (
        <li key={card.id}>
          <ProductCard card={card} level={level} />
        </li>
      ))}
    </ul>
  );
}

export function ProductGridSkeleton({ count }: { count: number }) {
  return (
    <div className={GRID}>
      {Array.from({ length: count }, (_, index) => `place-${index}`).map((key) => (
        <div key={key}>
          <Skeleton className="aspect-square border-2 border-line" />
          <Skeleton className="-mt-5 ms-2 h-[35px] w-20 sm:ms-3 sm:h-[45px] sm:w-24" />
          <Skeleton className="mt-2 h-6 w-4/5" />
          <Skeleton className="mt-1 h-4 w-2/5" />
        </div>
      ))}
    </div>
  );
}
