import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { t } from '~/text';
import { IconButton } from './button';
import { classes } from './classes';

interface ModalProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /** Slides in from the edge instead of standing in the middle. */
  sheet?: boolean;
  className?: string;
  children: ReactNode;
}

/**
 * A native modal dialog: the browser traps focus, closes on Escape and gives focus back. The heading
 * takes the focus, so that readers of the page hear where they are.
 */
export function Modal({ open, onClose, title, sheet = false, className, children }: ModalProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();

  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (open && !element.open) {
      element.showModal();
      heading.current?.focus();
    } else if (!open && element.open) {
      element.close();
    }
  }, [open]);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a press on the backdrop only repeats what Escape and the close button do.
    <dialog
      ref={dialog}
      aria-labelledby={id}
      className={classes(sheet ? 'sheet' : 'dialog-box', className)}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === dialog.current) dialog.current?.close();
      }}
    >
      {open && (
        <div className={sheet ? 'flex h-full flex-col' : undefined}>
          <div
            className={classes(
              'flex items-center justify-between gap-4',
              sheet ? 'border-b-2 border-ink px-4 py-3 sm:px-6' : 'mb-4',
            )}
          >
            <h2 id={id} ref={heading} tabIndex={-1} className="text-h3">
              {title}
            </h2>
            <IconButton label={t('dialog.close')} onClick={() => dialog.current?.close()}>
              <X aria-hidden="true" className="size-6" />
            </IconButton>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}
