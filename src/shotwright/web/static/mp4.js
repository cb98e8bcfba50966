// Reads what we need from an MP4 or MOV without decoding it: size, length, frame rate, and the recipe that our clips carry.
// Source: ISO/IEC 14496-12; the recipe's box is written by media/recipe.py.

const RECIPE_ID = "5ec1fe0051074a199b7173686f747772";
const MOOV_MAX = 64 << 20;

async function boxes(file, start, end) {
  const found = [];
  let at = start;
  while (at + 8 <= end) {
    const head = new DataView(await file.slice(at, at + 16).arrayBuffer());
    let size = head.getUint32(0),
      used = 8;
    const kind = String.fromCharCode(head.getUint8(4), head.getUint8(5), head.getUint8(6), head.getUint8(7));
    if (size === 1 && head.byteLength >= 16) {
      size = head.getUint32(8) * 2 ** 32 + head.getUint32(12);
      used = 16;
    }
    if (size === 0) size = end - at;
    if (size < used) break;
    found.push({ kind, start: at + used, end: Math.min(at + size, end) });
    at += size;
  }
  return found;
}

/** The recipe of a clip that Shotwright made, or null. */
export async function recipeOf(file) {
  for (const box of await boxes(file, 0, file.size)) {
    if (box.kind !== "uuid" || box.end - box.start < 16) continue;
    const id = [...new Uint8Array(await file.slice(box.start, box.start + 16).arrayBuffer())]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    if (id !== RECIPE_ID) continue;
    try {
      return JSON.parse(await file.slice(box.start + 16, box.end).text());
    } catch {
      return null;
    }
  }
  return null;
}

/** {width, height, duration_s, fps, frames} of the video track; null when the file is no MP4 or MOV. */
export async function videoFacts(file) {
  const moov = (await boxes(file, 0, file.size)).find((box) => box.kind === "moov");
  if (!moov || moov.end - moov.start > MOOV_MAX) return null;
  const data = new DataView(await file.slice(moov.start, moov.end).arrayBuffer());
  for (const trak of within(data, 0, data.byteLength, "trak")) {
    const mdia = within(data, trak.start, trak.end, "mdia")[0];
    if (!mdia) continue;
    const handler = within(data, mdia.start, mdia.end, "hdlr")[0];
    if (!handler || text(data, handler.start + 8) !== "vide") continue;
    return trackFacts(data, trak, mdia);
  }
  return null;
}

function trackFacts(data, trak, mdia) {
  const header = within(data, mdia.start, mdia.end, "mdhd")[0];
  const long = data.getUint8(header.start) === 1;
  const scale = data.getUint32(header.start + (long ? 20 : 12));
  const duration = long ? Number(data.getBigUint64(header.start + 24)) : data.getUint32(header.start + 16);
  const track = within(data, trak.start, trak.end, "tkhd")[0];
  const matrix = track.start + (data.getUint8(track.start) === 1 ? 52 : 40);
  const turned = data.getInt32(matrix) === 0 && data.getInt32(matrix + 4) !== 0;
  const [width, height] = [data.getUint32(matrix + 36) / 65536, data.getUint32(matrix + 40) / 65536].map(Math.round);
  let box = mdia;
  for (const kind of ["minf", "stbl", "stts"]) {
    box = within(data, box.start, box.end, kind)[0];
    if (!box) return null;
  }
  let frames = 0;
  for (let index = 0; index < data.getUint32(box.start + 4); index++) frames += data.getUint32(box.start + 8 + index * 8);
  const duration_s = duration / scale;
  return { width: turned ? height : width, height: turned ? width : height, duration_s, frames, fps: frames / duration_s };
}

function within(data, start, end, kind) {
  const found = [];
  for (let at = start; at + 8 <= end;) {
    const size = data.getUint32(at) || end - at;
    if (size < 8) break;
    if (text(data, at + 4) === kind) found.push({ start: at + 8, end: Math.min(at + size, end) });
    at += size;
  }
  return found;
}

function text(data, at) {
  return String.fromCharCode(data.getUint8(at), data.getUint8(at + 1), data.getUint8(at + 2), data.getUint8(at + 3));
}
