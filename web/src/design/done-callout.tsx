import { useEffect, useRef } from 'react';

import { Callout } from './callout.js';

/** Says what was just done, and takes the focus: what it was done with is often gone. Nothing without words. */
export function DoneCallout({ words }: { readonly words: string | null }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (words !== null) place.current?.focus({ preventScroll: true });
  }, [words]);
  if (words === null) return null;
  return (
    <div ref={place} tabIndex={-1}>
      <Callout kind="good" role="status">
        {words}
      </Callout>
    </div>
  );
}
