"""Copies that outlive this machine: backup, restore, mirror, recovered keys."""
