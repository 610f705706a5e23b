import { data } from 'blasgrad';
import type { FuzzTarget } from './target';

const seeds = {
  'people.csv': 'age,city,height\n31,Rome,1.8\n45,"Oslo, ""N""",1.65\n7,Rome,NA\n-3,,1e3\n',
  'numbers.csv': '1,2.5,3\n4,5,6\n7,8,9.25\n2147483648,-1,0\n',
};

export const csv: FuzzTarget = {
  name: 'CSV',
  files: 3000,
  seeds: () =>
    Object.fromEntries(Object.entries(seeds).map(([name, text]) => [name, Buffer.from(text)])),
  read: (path) => data.readCsv(path),
};

export const csvTyped: FuzzTarget = {
  name: 'CSV of known types',
  files: 1500,
  seeds: () => ({ 'people.csv': Buffer.from(seeds['people.csv']) }),
  read: (path) => data.readCsv(path, { types: { age: 'int32', height: 'float32' } }),
};
