import { Presets, SingleBar } from 'cli-progress';

interface Progress {
  readonly advance: () => void;
  readonly stop: () => void;
}

const LINE_EVERY_MS = 10_000;

/** A bar with the remaining time on a terminal; elsewhere (a log file, a build) a line every ten seconds. */
export function startProgress(label: string, total: number, stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) return startLines(label, total, (line) => void stream.write(`${line}\n`), Date.now);
  const bar = new SingleBar(
    {
      format: `${label} {bar} {value}/{total}, {eta_formatted} left`,
      stream,
      etaBuffer: 200,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  return {
    advance: () => {
      bar.increment();
    },
    stop: () => {
      bar.stop();
    },
  };
}

/** @param now in milliseconds */
export function startLines(
  label: string,
  total: number,
  write: (line: string) => void,
  now: () => number,
): Progress {
  const start = now();
  let done = 0;
  let lastLine = start;
  return {
    advance: () => {
      done++;
      const time = now();
      if (done < total && time - lastLine < LINE_EVERY_MS) return;
      lastLine = time;
      const left = Math.ceil((((time - start) / done) * (total - done)) / 1000);
      write(`${label} ${done}/${total}` + (done < total ? `, about ${left} s left` : ''));
    },
    stop: () => undefined,
  };
}
