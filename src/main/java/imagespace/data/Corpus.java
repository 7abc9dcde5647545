package imagespace.data;

import java.util.List;

/**
 * A data set as a user names it: a training and a test split.
 *
 * @param name short name for ledgers and pictures, such as "cifar10"
 * @param train training samples
 * @param test test samples
 * @param trainFiles where training sample id came from, relative to the data set's folder ("cat/17.png",
 *     "data_batch_1.bin#42"); as long as the training images
 * @param digest SHA-256 over pixels and labels of both splits, in hex: tells editions of a data set apart
 */
public record Corpus(String name, Dataset train, Dataset test, List<String> trainFiles, String digest) {}
