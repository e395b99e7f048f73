import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes';

type NoticeTone = 'info' | 'stale' | 'error' | 'success';

const LOOKS = {
  info: { frame: 'border-blue bg-blue-tint', text: 'text-blue', Icon: Info },
  stale: { frame: 'border-amber bg-amber-tint', text: 'text-amber', Icon: TriangleAlert },
  error: { frame: 'border-tomato bg-tomato-tint', text: 'text-tomato', Icon: CircleAlert },
  success: { frame: 'border-awning bg-awning-tint', text: 'text-awning', Icon: CircleCheck },
} as const;

interface NoticeProps {
  tone: NoticeTone;
  /** Said at once by screen readers when it appears. */
  urgent?: boolean;
  className?: string;
  children: ReactNode;
}

export function Notice({ tone, urgent = false, className, children }: NoticeProps) {
  const { frame, text, Icon } = LOOKS[tone];
  return (
    <div
      role={urgent ? 'alert' : undefined}
      className={classes('flex gap-3 border-s-4 px-4 py-3', frame, className)}
    >
      <Icon aria-hidden="true" className={classes('mt-0.5 size-5 shrink-0', text)} />
      <div className="min-w-0 space-y-1">{children}</div>
    </div>
  );
}
