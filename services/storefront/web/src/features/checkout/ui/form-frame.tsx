import { CircleAlert, CircleCheck } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { FieldPath, FieldValues, UseFormReturn } from 'react-hook-form';
import { explain, ProblemError } from '~/api';
import { t } from '~/text/buying';
import { Button, classes } from '~/ui';
import { placed } from '../server-errors';

interface FormFrameProps<Form extends FieldValues> {
  form: UseFormReturn<Form>;
  /** Prefix of the fields' ids; a field's id is `{name}-{field}`. */
  name: string;
  /** Labels for the summary, by field. */
  labels: Record<FieldPath<Form>, string>;
  /** Sends the form; what it throws is shown. */
  onSend: (values: Form) => Promise<void>;
  submit: string;
  /** Where the server points to, as a JSON pointer, for each field it may refuse. */
  pointers: Record<string, FieldPath<Form>>;
  children: ReactNode;
}

/**
 * A form that checks a field when it is left, and after a failed attempt lists what is wrong in a
 * summary that takes the focus and links to the fields.
 */
export function FormFrame<Form extends FieldValues>({
  form,
  name,
  labels,
  onSend,
  submit,
  pointers,
  children,
}: FormFrameProps<Form>) {
  const { errors, isSubmitting } = form.formState;
  const [attempt, setAttempt] = useState(0);
  /** What was wrong at the last attempt. The list stays, so that nothing moves under what is typed. */
  const [listed, setListed] = useState<FieldPath<Form>[]>([]);
  const [failure, setFailure] = useState<unknown>(null);
  const summary = useRef<HTMLDivElement>(null);

  useEffect(() => {
    if (attempt > 0) summary.current?.focus();
  }, [attempt]);

  const fail = (isWrong: (field: FieldPath<Form>) => boolean) => {
    setListed((Object.keys(labels) as FieldPath<Form>[]).filter(isWrong));
    setAttempt((count) => count + 1);
  };

  const send = form.handleSubmit(
    async (values) => {
      setFailure(null);
      try {
        await onSend(values);
      } catch (error) {
        const refused = new Set<FieldPath<Form>>();
        const rest = placed(error, pointers, (field, message) => {
          form.setError(field, { type: 'server', message });
          refused.add(field);
        });
        setFailure(rest);
        fail((field) => refused.has(field));
      }
    },
    (invalid) => {
      setFailure(null);
      fail((field) => field in invalid);
    },
  );

  const wrong = listed.filter((field) => errors[field]);
  const shown = listed.length > 0 || failure !== null;
  const mended = wrong.length === 0 && failure === null;
  const Icon = mended ? CircleCheck : CircleAlert;

  return (
    <form
      noValidate
      className="space-y-8"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSubmitting) void send(event);
      }}
    >
      {shown && (
        <div
          ref={summary}
          role="alert"
          tabIndex={-1}
          className={classes(
            'border-2 px-4 py-3',
            mended ? 'border-awning bg-awning-tint' : 'border-tomato bg-tomato-tint',
          )}
        >
          <p
            className={classes(
              'flex items-center gap-2 font-bold',
              mended ? 'text-awning' : 'text-tomato',
            )}
          >
            <Icon aria-hidden="true" className="size-5 shrink-0" />
            {wrong.length > 0
              ? t('form.summary', { count: wrong.length })
              : t(mended ? 'form.mended' : 'form.failed')}
          </p>
          <ul className="mt-1 space-y-1">
            {listed.map((field) => (
              <li key={field}>
                {errors[field] ? (
                  <a
                    href={`#${name}-${field}`}
                    className="inline-block min-h-6 underline underline-offset-4"
                  >
                    {labels[field]}: {String(errors[field]?.message ?? '')}
                  </a>
                ) : (
                  <s className="inline-block min-h-6 text-ink-2">{labels[field]}</s>
                )}
              </li>
            ))}
          </ul>
          {failure !== null && <Failure error={failure} />}
        </div>
      )}
      {children}
      <Button
        look="primary"
        type="submit"
        busy={isSubmitting}
        className="w-full text-lead sm:w-auto"
      >
        {isSubmitting ? t('form.busy') : submit}
      </Button>
    </form>
  );
}

function Failure({ error }: { error: unknown }) {
  const { message, reference } = explain(error);
  const details = error instanceof ProblemError ? error.fields : [];
  return (
    <>
      <p>{message}</p>
      {details.map(({ pointer, detail }) => (
        <p key={pointer}>{detail}</p>
      ))}
      <p className="font-mono text-caption break-all text-ink-2">{reference}</p>
    </>
  );
}
