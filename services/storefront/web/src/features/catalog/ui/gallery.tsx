import { ZoomIn } from 'lucide-react';
import { useState } from 'react';
import { t } from '~/text';
import { classes, IconButton, Modal, Picture } from '~/ui';

interface Image {
  url: string;
  alt: string;
}

/** All views of a product: one large, the others as buttons below it. */
export function Gallery({ images, title }: { images: readonly Image[]; title: string }) {
  const [index, setIndex] = useState(0);
  const [zoomed, setZoomed] = useState(false);
  const shown = images[index] ?? images[0];
  return (
    <section aria-label={t('product.gallery')}>
      <div className="relative border-2 border-ink">
        <Picture image={shown} main className="w-full" />
        {shown && (
          <IconButton
            label={t('product.gallery.zoom')}
            framed
            className="absolute end-2 bottom-2"
            onClick={() => setZoomed(true)}
          >
            <ZoomIn aria-hidden="true" className="size-5" />
          </IconButton>
        )}
      </div>
      {images.length > 1 && (
        <ul className="mt-3 grid grid-cols-4 gap-3">
          {images.map((image, at) => (
            <li key={image.url}>
              <button
                type="button"
                aria-pressed={at === index}
                aria-label={t('product.gallery.view', { index: at + 1, total: images.length })}
                className={classes(
                  'block w-full border-2',
                  at === index ? 'border-ink' : 'border-line hover:border-edge',
                )}
                onClick={() => setIndex(at)}
              >
                <Picture image={image} decorative className="w-full" />
                <span
                  aria-hidden="true"
                  className={classes('block h-1.5', at === index ? 'bg-awning' : 'bg-transparent')}
                />
              </button>
            </li>
          ))}
        </ul>
      )}
      <Modal
        open={zoomed}
        onClose={() => setZoomed(false)}
        title={title}
        className="w-[min(60rem,100dvh,calc(100vw-2rem))]"
      >
        <Picture image={shown} className="w-full border-2 border-ink" />
      </Modal>
    </section>
  );
}
