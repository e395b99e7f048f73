import { ImageOff } from 'lucide-react';
import { classes } from './classes';

interface PictureProps {
  image: { url: string; alt: string } | null | undefined;
  /** Beside a title that already names the product, the picture stays silent. */
  decorative?: boolean;
  /** The picture the page is about: loaded first. */
  main?: boolean;
  className?: string;
}

/** A product's square picture, with its box kept free while it loads. */
export function Picture({ image, decorative = false, main = false, className }: PictureProps) {
  if (!image) {
    return (
      <span
        className={classes(
          'flex aspect-square items-center justify-center bg-sunk text-ink-3',
          className,
        )}
      >
        <ImageOff aria-hidden="true" className="size-1/4" />
      </span>
    );
  }
  return (
    <img
      src={image.url}
      alt={decorative ? '' : image.alt}
      width={800}
      height={800}
      loading={main ? 'eager' : 'lazy'}
      fetchPriority={main ? 'high' : 'auto'}
      decoding="async"
      className={classes('aspect-square bg-sunk object-cover', className)}
    />
  );
}
