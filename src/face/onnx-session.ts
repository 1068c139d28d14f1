import './runtime-telemetry.js';

import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Of every session; benchmarks run the bare models with the same. */
export const SESSION_OPTIONS = {
  // More threads a model fight with the other workers for the same cores (measured: half the speed).
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  graphOptimizationLevel: 'all',
  // Memory for the largest activations is taken for a run and given back: an arena, and the pattern that fills it,
  // would keep it for each of five models and each worker (docs/performance.md).
  enableCpuMemArena: false,
  enableMemPattern: false,
} as const satisfies InferenceSession.SessionOptions;

/**
 * One loaded model with one input, bound to the thread that made it.
 * The only file that knows the ONNX runtime.
 */
export class OnnxSession {
  readonly #session: InferenceSession;
  readonly #inputName: string;
  readonly #input: Tensor;
  readonly #data: Float32Array;

  private constructor(session: InferenceSession, shape: readonly number[]) {
    this.#session = session;
    this.#inputName = session.inputNames[0]!;
    this.#data = new Float32Array(shape.reduce((product, n) => product * n, 1));
    this.#input = new Tensor('float32', this.#data, shape);
  }

  /**
   * @param model the bytes of an .onnx file
   * @param shape the input's dimensions, e.g. [1, 3, 112, 112]
   */
  static async load(model: Uint8Array, shape: readonly number[]): Promise<OnnxSession> {
    // The runtime does not read memory that threads share.
    const own = model.buffer instanceof SharedArrayBuffer ? model.slice() : model;
    return new OnnxSession(await InferenceSession.create(own, SESSION_OPTIONS), shape);
  }

  /** The input's values: fill it, then `run`. It is reused, so one thread may prepare one run at a time. */
  get input(): Float32Array {
    return this.#data;
  }

  /** Forgets the input. What was made of a face must not lie in memory until the next one comes. */
  clear(): void {
    this.#data.fill(0);
  }

  /** @returns each output by its name, freshly allocated */
  async run(): Promise<Record<string, Float32Array>> {
    const results = await this.#session.run({ [this.#inputName]: this.#input });
    const outputs: Record<string, Float32Array> = {};
    for (const [name, value] of Object.entries(results)) {
      outputs[name] = value.data as Float32Array;
    }
    return outputs;
  }
}
