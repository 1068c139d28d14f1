/** One line of what Prometheus reads. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a server tells about itself, as a Prometheus server would read it. */
export class Scrape {
  private constructor(
    readonly text: string,
    readonly samples: readonly Sample[],
    /** Of every metric, with or without a value yet. */
    readonly declared: ReadonlySet<string>,
  ) {}

  static async of(url: string, headers: Record<string, string> = {}): Promise<Scrape> {
    const response = await fetch(`${url}/metrics`, { headers });
    if (response.status !== 200) throw new Error(`GET /metrics was answered ${response.status}`);
    const text = await response.text();
    const lines = text.split('\n');
    const declared = lines.flatMap((line) => {
      const [, name = '', type] = /^# TYPE (\w+) (\w+)$/.exec(line) ?? [];
      if (name === '') return [];
      return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name];
    });
    const samples = lines.filter((line) => line !== '' && !line.startsWith('#')).map(parseSample);
    return new Scrape(text, samples, new Set(declared));
  }

  /** The sum of all samples of this name that have these labels. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.samples
      .filter((sample) => sample.name === name)
      .filter((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
      .reduce((sum, { value }) => sum + value, 0);
  }

  labelNames(name: string): Set<string> {
    return new Set(
      this.samples.filter((sample) => sample.name === name).flatMap(({ labels }) => Object.keys(labels)),
    );
  }
}

function parseSample(line: string): Sample {
  const [, name, labels, value] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`this is no sample: ${line}`);
  const pairs = [...(labels ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']): [string, string] => [label, text])),
    value: Number(value),
  };
}
