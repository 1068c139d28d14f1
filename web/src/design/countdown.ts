import { useEffect, useState } from 'react';

/**
 * Counts down from the moment of mounting, by the clock and not by ticks: a tab in the background is given few of them.
 *
 * @returns whole seconds left, 0 when they are over
 */
export function useSecondsUntil(seconds: number): number {
  const [end] = useState(() => Date.now() + seconds * 1000);
  const [left, setLeft] = useState(Math.ceil(seconds));
  const isOver = left <= 0;
  useEffect(() => {
    if (isOver) return;
    const timer = setInterval(() => {
      setLeft(Math.max(0, Math.ceil((end - Date.now()) / 1000)));
    }, 250);
    return () => {
      clearInterval(timer);
    };
  }, [end, isOver]);
  return left;
}
