interface Watch {
  /** The call is broken off after this time … */
  readonly withinMs: number;
  /** … after this one, if it is given up by then … */
  readonly patienceMs?: number;
  readonly isGivenUp?: () => boolean;
  /** … or as soon as this answers no; it is asked once in every `everyMs` while the call is waited for. */
  readonly isAlive?: () => Promise<boolean>;
  readonly everyMs?: number;
}

/** Not with `AbortSignal.any` of timeouts: nothing holds on to those, and they are gone before their time. */
export async function watched<T>(
  call: (signal: AbortSignal) => Promise<T>,
  { withinMs, patienceMs = withinMs, isGivenUp = () => true, isAlive, everyMs = withinMs }: Watch,
): Promise<T> {
  const abort = new AbortController();
  const breakOff = () => {
    abort.abort();
  };
  const ask = async (): Promise<void> => {
    if (isAlive && !(await isAlive())) breakOff();
  };
  const timeout = setTimeout(breakOff, withinMs);
  const patience = setTimeout(() => {
    if (isGivenUp()) breakOff();
  }, patienceMs);
  const watch = isAlive && setInterval(() => void ask(), everyMs);
  try {
    return await call(abort.signal);
  } finally {
    clearTimeout(timeout);
    clearTimeout(patience);
    clearInterval(watch);
  }
}
