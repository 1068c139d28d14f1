/** The part of the configuration that shapes requests and answers. */
export class ApiSettings {
  constructor(
    readonly maxImageBytes: number,
    /** The recognition model in use. */
    readonly modelId: string,
    private readonly similarityFormat: 'string' | 'number',
  ) {}

  /** Six decimals: as a text, as published, or as a number for clients that calculate with it. */
  formatSimilarity(score: number): string | number {
    const text = score.toFixed(6);
    return this.similarityFormat === 'string' ? text : Number(text);
  }
}
