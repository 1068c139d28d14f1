import { ALIGNED_SIDE, type AlignedFace, alignedToTensor } from './aligned-face.js';
import type { OnnxSession } from './onnx-session.js';
import type { TensorSpec } from './tensor-spec.js';

/** Turns an aligned face into a template of unit length. */
export class FaceEmbedder {
  constructor(
    private readonly session: OnnxSession,
    private readonly model: { readonly input: TensorSpec; readonly dimensions?: number | undefined },
  ) {
    const { width, height, channels } = model.input;
    if (width !== ALIGNED_SIDE || height !== ALIGNED_SIDE || channels === 'grey') {
      throw new Error(`a recognition model has to take ${ALIGNED_SIDE}×${ALIGNED_SIDE} pixels in colour`);
    }
  }

  /**
   * Embeds the crop and its mirror image and takes the direction of their sum, which cancels what
   * depends on the side of the face that the light or the camera favours.
   *
   * @returns 512 values (or what the model has), L2 norm 1
   */
  async embed(face: AlignedFace): Promise<Float32Array> {
    const { input } = this.session;
    const upright = await this.#embedUpright(face);
    mirrorRows(input, this.model.input.width);
    const mirrored = await this.#run();
    this.session.clear();
    for (let i = 0; i < upright.length; i++) upright[i]! += mirrored[i]!;
    return normalise(upright);
  }

  /**
   * The crop alone, at half the price: enough to tell whether two frames of one session show one person, not
   * for a comparison with a reference, for which thresholds were measured with `embed`.
   */
  async embedUpright(face: AlignedFace): Promise<Float32Array> {
    const upright = await this.#embedUpright(face);
    this.session.clear();
    return upright;
  }

  #embedUpright(face: AlignedFace): Promise<Float32Array> {
    alignedToTensor(face, this.model.input, this.session.input);
    return this.#run();
  }

  async #run(): Promise<Float32Array> {
    const { output } = await this.session.run();
    if (!output) throw new Error('the recognition model lacks the output "output"');
    const { dimensions = output.length } = this.model;
    if (output.length !== dimensions) {
      throw new Error(`the recognition model gives ${output.length} values, the manifest says ${dimensions}`);
    }
    return normalise(output);
  }
}

function mirrorRows(values: Float32Array, width: number): void {
  for (let start = 0; start < values.length; start += width) {
    values.subarray(start, start + width).reverse();
  }
}

/** Scales to unit length, in place. */
function normalise(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const norm = Math.sqrt(squares);
  if (!(norm > 0)) throw new Error('the recognition model gave a vector without direction');
  for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
  return vector;
}
