// Decoders for JSON of HQ. Each checks what it reads and names the field that is not as promised,
// so that a wrong answer becomes one clear message instead of "NaN" in a headline.

export class ShapeError extends Error {
  constructor(
    readonly path: string,
    expected: string,
  ) {
    super(`${path}: expected ${expected}`);
    this.name = 'ShapeError';
  }
}

export type JsonObject = { readonly [key: string]: unknown };
export type Decoder<T> = (value: unknown, path: string) => T;

export const object: Decoder<JsonObject> = (value, path) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ShapeError(path, 'an object');
  }
  return value as JsonObject;
};

export const text: Decoder<string> = (value, path) => {
  if (typeof value !== 'string') throw new ShapeError(path, 'a text');
  return value;
};

export const number: Decoder<number> = (value, path) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ShapeError(path, 'a number');
  return value;
};

export const flag: Decoder<boolean> = (value, path) => {
  if (typeof value !== 'boolean') throw new ShapeError(path, 'true or false');
  return value;
};

export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value, path) => (value === null || value === undefined ? null : inner(value, path));
}

export function list<T>(inner: Decoder<T>): Decoder<T[]> {
  return (value, path) => {
    if (!Array.isArray(value)) throw new ShapeError(path, 'a list');
    return value.map((entry, index) => inner(entry, `${path}[${index}]`));
  };
}

// Reads one field of an object; the path of the error is that of the field.
export function field<T>(from: JsonObject, path: string, name: string, inner: Decoder<T>): T {
  return inner(from[name], `${path}.${name}`);
}

type Fields = { readonly [name: string]: Decoder<unknown> };
type Decoded<F extends Fields> = { [K in keyof F]: ReturnType<F[K]> };

// An object with these fields; what else it has is left out.
export function shape<F extends Fields>(fields: F): Decoder<Decoded<F>> {
  return (value, path) => {
    const from = object(value, path);
    const result: { [name: string]: unknown } = {};
    for (const name of Object.keys(fields)) {
      result[name] = field(from, path, name, fields[name] as Decoder<unknown>);
    }
    return result as Decoded<F>;
  };
}
