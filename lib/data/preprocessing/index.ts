/** Transforms that are fitted to a table or to columns of one, and saved with the model (sklearn.preprocessing). */
export type { Categorical } from './categories';
export { ColumnTransformer, type ColumnTransform } from './columnTransformer';
export { LabelEncoder } from './labelEncoder';
export { OneHotEncoder, type OneHotEncoderOptions } from './oneHotEncoder';
export { StandardScaler, type StandardScalerOptions } from './standardScaler';
