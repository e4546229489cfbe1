/**
 * Instance-conditional knowledge distillation (arXiv 2110.12724), part by part. Read {@link
 * dev.retort.distill.icd.InstanceDescriptors} (what is asked), {@link dev.retort.distill.icd.DescriptorEncoder} and {@link
 * dev.retort.distill.icd.ConditionalDecoder} (how it is asked), {@link dev.retort.distill.icd.AuxiliaryTask} (what keeps the answers
 * honest), {@link dev.retort.distill.icd.ConditionalWeighting} and {@link dev.retort.distill.icd.DistillationLoss} (what the student
 * learns), then {@link dev.retort.distill.icd.IcdObjective}.
 */
package dev.retort.distill.icd;
