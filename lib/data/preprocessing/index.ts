/** Transformers: fitted to a table or to columns of one, and saved with the model (sklearn.preprocessing). */
export type { FittedCategories, RareOptions } from './categories';
export type { CategoryTransformer } from './categories';
export { ColumnTransformer, type ColumnTransformerOptions } from './columnTransformer';
export type { ColumnTransformerSpec, ColumnTransformerStep } from './columnSpec';
export type { ColumnwiseTransformer } from './columnwise';
export type { ColumnTransform } from './custom';
export { DateFeatures, type DateFeaturesOptions, type DatePart } from './dateFeatures';
export type { Row, TransformerInput } from './input';
export { KBinsDiscretizer, type KBinsDiscretizerOptions } from './kBinsDiscretizer';
export { LabelEncoder } from './labelEncoder';
export { LagFeatures, type LagFeaturesOptions } from './lagFeatures';
export {
  loadTransformer,
  type LoadTransformerOptions,
  type TransformerType,
} from './loadTransformer';
export { MaxAbsScaler, type MaxAbsScalerOptions } from './maxAbsScaler';
export { MinMaxScaler, type MinMaxScalerOptions } from './minMaxScaler';
export type { NumericTransformer } from './numeric';
export { OneHotEncoder, type OneHotEncoderOptions } from './oneHotEncoder';
export { OrdinalEncoder, type OrdinalEncoderOptions } from './ordinalEncoder';
export { Pipeline } from './pipeline';
export { PowerTransformer, type PowerTransformerOptions } from './powerTransformer';
export { QuantileTransformer, type QuantileTransformerOptions } from './quantileTransformer';
export { RobustScaler, type RobustScalerOptions } from './robustScaler';
export { SimpleImputer, type ImputerStrategy, type SimpleImputerOptions } from './simpleImputer';
export { StandardScaler, type StandardScalerOptions } from './standardScaler';
export type { ColumnState, TransformerState } from './state';
export type { OutputDType, OutputOptions, Transformer } from './transformer';
