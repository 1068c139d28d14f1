import { DIGEST_BYTES } from '../../src/face/frame-digest.js';
import type { ObservedFace } from '../../src/face/frame-observation.js';

/** Numbers of a face at rest, for rules that no film shows on demand. @param changes of single measures */
export function madeUpFace(
  changes: {
    yaw?: number;
    pitch?: number;
    turn?: number;
    noseDrop?: number;
    eyeOpenness?: number;
    mouthOpenness?: number;
    eyesToJaw?: number;
    size?: number;
    features?: Float32Array;
    probe?: ObservedFace['probe'];
    qualityScore?: number;
  } = {},
): ObservedFace {
  const size = changes.size ?? 0.5;
  return {
    outcome: 'observed',
    place: { left: 0.35, top: (1 - size) / 2, width: 0.3, height: size },
    reasons: [],
    qualityScore: changes.qualityScore ?? 1,
    pose: { yaw: changes.yaw ?? -4, pitch: changes.pitch ?? 2, roll: 0 },
    geometry: {
      turn: changes.turn ?? 0.05,
      noseDrop: changes.noseDrop ?? 0.5,
      eyeOpenness: changes.eyeOpenness ?? 0.3,
      mouthOpenness: changes.mouthOpenness ?? 0.02,
      eyesToJaw: changes.eyesToJaw ?? 0.45,
    },
    colours: { skin: [180, 140, 120], background: [90, 90, 90] },
    digest: new Uint8Array(DIGEST_BYTES),
    features: changes.features ?? Float32Array.of(1, 0),
    probe:
      changes.probe === undefined
        ? { modelId: 'model@1', presentation: { network: 1, moire: null, border: 0 } }
        : changes.probe,
  };
}

/** A unit vector at this angle from that of a face without changes, in degrees. */
export function featuresAt(degrees: number): Float32Array {
  const angle = (degrees * Math.PI) / 180;
  return Float32Array.of(Math.cos(angle), Math.sin(angle));
}
